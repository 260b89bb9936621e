"""The sandbox on real sockets: the platform's port with client certificates, and the plain loopback port of phones."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from msgspec import Struct
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol


class Certificates(Struct, frozen=True):
    """PEM files: whose clients are let in, and the server's own identity."""

    ca: Path
    certificate: Path
    key: Path


class _PeerProtocol(H11Protocol):
    """Tells the routes which terminal's certificate opened the connection (uvicorn itself does not)."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        peer = transport.get_extra_info("ssl_object")
        self.app_state = {**self.app_state, "transport": transport, "terminal": _common_name(peer)}

    def shutdown(self) -> None:
        """An idle connection ends at once: waiting for the other side's TLS farewell would take a second."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()
        else:
            super().shutdown()


class _Server(uvicorn.Server):
    """One of two in a process: signals belong to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(port: int) -> socket.socket:
    """A listening loopback socket; port 0 takes a free one."""
    # asyncio switches Nagle's algorithm off only for sockets that say they are TCP: 40 ms an answer otherwise.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)  # from here on a caller waits instead of being turned away
    return listener


async def serve(
    platform: ASGIApp,
    platform_socket: socket.socket,
    certificates: Certificates,
    phones: ASGIApp,
    phone_socket: socket.socket,
) -> None:
    """Until SIGTERM or SIGINT."""
    common = {"log_level": "warning", "access_log": False, "lifespan": "off", "timeout_graceful_shutdown": 1}
    secure = uvicorn.Config(
        platform,
        http=_PeerProtocol,
        ssl_certfile=certificates.certificate,
        ssl_keyfile=str(certificates.key),
        ssl_ca_certs=str(certificates.ca),
        ssl_cert_reqs=ssl.CERT_REQUIRED,
        timeout_keep_alive=75,
        **common,  # type: ignore[arg-type]
    )
    plain = uvicorn.Config(phones, http="h11", **common)  # type: ignore[arg-type]
    servers = [_Server(secure), _Server(plain)]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop)
    await asyncio.gather(servers[0].serve([platform_socket]), servers[1].serve([phone_socket]))


def _common_name(peer: ssl.SSLObject | None) -> str:
    certificate: dict[str, Any] = dict(peer.getpeercert() or {}) if peer is not None else {}
    names = [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
    return str(names[-1]) if names else ""
