"""`python -m kiosk.gateway.sandbox --port N --phone-port M --dir RUN`: the sandbox platform until it is stopped.

Without --tls-ca, --cert, --key and --seal-key it makes a sample authority in RUN/authority. When it listens it prints
one line of JSON: {"url": ..., "phone": ...}.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from kiosk.bench.authority import Authority
from kiosk.gateway.sandbox import api, control, people, phone
from kiosk.gateway.sandbox.core import Core, Settings
from kiosk.gateway.sandbox.faults import Faults, FaultyPlatform
from kiosk.gateway.sandbox.server import Certificates, listen, serve
from kiosk.gateway.sandbox.store import Store


def main() -> None:
    options = _options()
    run: Path = options.dir
    try:
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"sandbox: --dir {run}: {error}")
    certificates, seal_private, seal_public = _keys(options, run)
    platform_socket, phone_socket = _listen("--port", options.port), _listen("--phone-port", options.phone_port)
    url = f"https://127.0.0.1:{platform_socket.getsockname()[1]}"
    phone_url = f"http://127.0.0.1:{phone_socket.getsockname()[1]}"
    settings = Settings(
        phone_url=phone_url,
        order_seconds=options.order_seconds,
        code_seconds=options.code_seconds,
        refund_seconds=options.refund_seconds,
    )
    store = Store(run / "sandbox.sqlite")
    core = Core(people.load(), store, seal_private.read_bytes(), settings)
    faults = Faults()
    platform = FaultyPlatform(api.make(core, seal_public), faults)
    phones = Starlette(
        routes=[*phone.routes(core), *control.routes(core, faults)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )
    print(json.dumps({"url": url, "phone": phone_url}), flush=True)
    asyncio.run(serve(platform, platform_socket, certificates, phones, phone_socket))
    store.close()


def _listen(option: str, port: int) -> socket.socket:
    try:
        return listen(port)
    except (OSError, OverflowError) as error:
        raise SystemExit(f"{option} {port}: {error}; 0 takes a free one") from None


def _keys(options: argparse.Namespace, run: Path) -> tuple[Certificates, Path, Path]:
    """The server's certificates, and the private and the public seal key."""
    if options.tls_ca is not None:
        certificates = Certificates(options.tls_ca, options.cert, options.key)
        return certificates, options.seal_key, options.seal_key.with_name("seal-public.pem")
    authority = Authority.create(run / "authority")
    certificate, key = authority.issue("platform")
    return Certificates(authority.ca, certificate, key), authority.seal_private, authority.seal_public


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m kiosk.gateway.sandbox", description=__doc__.partition("\n\n")[0])
    parser.add_argument("--port", type=int, default=0, help="the platform's port, TLS; 0: a free one")
    parser.add_argument("--phone-port", type=int, default=0, help="phone pages and controls, plain, loopback; 0: free")
    parser.add_argument("--dir", type=Path, required=True, help="where its store is kept")
    parser.add_argument("--tls-ca", type=Path, help="PEM: the authority of the terminals' certificates")
    parser.add_argument("--cert", type=Path, help="PEM: the server's certificate")
    parser.add_argument("--key", type=Path, help="PEM: its key")
    parser.add_argument("--seal-key", type=Path, help="PEM: seal-private.pem, seal-public.pem stands beside it")
    parser.add_argument("--order-seconds", type=float, default=300.0, help="an unpaid order lives this long")
    parser.add_argument("--code-seconds", type=float, default=120.0, help="a signed-in code lives this long")
    parser.add_argument("--refund-seconds", type=float, default=2.0, help="a refund takes this long")
    options = parser.parse_args()
    together = (options.tls_ca, options.cert, options.key, options.seal_key)
    if any(together) and not all(together):
        parser.error("--tls-ca, --cert, --key and --seal-key belong together")
    return options


if __name__ == "__main__":
    main()
