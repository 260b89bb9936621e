"""One HTTPS call with a deadline that holds: mutual TLS, no redirects, no proxies, bounded answers.

`requests` limits each socket operation, so a server that sends one byte a second keeps a call alive for ever. Here
the TLS socket itself knows when the call must be over: before each operation it allows itself only what is left.
The one thing outside the deadline is the resolver of the operating system; a terminal's config names an address, or
its `resolv.conf` sets `timeout:` and `attempts:`.
"""

from __future__ import annotations

import http.client
import logging
import secrets
import socket
import ssl
import time
import traceback
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from msgspec import Struct
from requests.adapters import HTTPAdapter

from kiosk.config import Tls
from kiosk.gateway.wire import BODY_LIMIT

# urllib3 logs header lines that it cannot parse: what a far end says stays out of the log.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)

_CHUNK = 16384
# Everything that a hostile or broken far end was seen to raise through requests, urllib3 and http.client.
_FAR_END = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)


class CallError(Exception):
    """No usable answer. code: TIMEOUT, CONNECTION, SERVER or CONTRACT. Holds nothing of the request or the answer."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Reply(Struct, frozen=True):
    """A whole answer within the limits."""

    status: int
    body: bytes

    def __repr__(self) -> str:
        return f"Reply(status={self.status}, {len(self.body)} bytes)"


class Deadline:
    """When the running call must be over, and how many connections were opened so far."""

    def __init__(self) -> None:
        self.at = 0.0
        self.connections = 0

    def start(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left. Raises TimeoutError when there are none."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline")
        return left

    def over(self) -> bool:
        return time.monotonic() >= self.at


class _Context(ssl.SSLContext):
    deadline: Deadline


class _Socket(ssl.SSLSocket):
    """A TLS socket that never waits past its context's deadline, however slowly the bytes come."""

    def _arm(self) -> None:
        self.settimeout(_deadline_of(self.context).left())

    def do_handshake(self, block: bool = False) -> None:
        _deadline_of(self.context).connections += 1
        self._arm()
        super().do_handshake(block)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self._arm()
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        self._arm()
        return super().send(*args, **kwargs)


class _Connection(urllib3.connection.HTTPSConnection):
    """urllib3 gives every address of a name the whole time-out: here they share what is left."""

    def _new_conn(self) -> socket.socket:
        deadline = _deadline_of(self.ssl_context)
        failure: OSError = OSError("no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            fresh = socket.socket(family, kind, protocol)
            try:
                fresh.settimeout(deadline.left())
                fresh.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                fresh.connect(address)
            except OSError as error:
                fresh.close()
                failure = error
            else:
                return fresh
        raise failure


class _Pool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Connection


class _Adapter(HTTPAdapter):
    """urllib3 with our TLS context, one connection, and no retries of its own."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=urllib3.Retry(0, read=False), pool_block=False)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        kwargs["ssl_context"] = self._context
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"https": _Pool}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """requests would load its own bundle of public authorities here: the context alone decides."""


class _Session(requests.Session):
    """Sees no redirect as one: requests would read its whole body, however long, even when told not to follow."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class Transport:
    """Connections to one platform for one worker thread; not to be shared between threads."""

    def __init__(self, url: str, tls: Tls, terminal: str) -> None:
        """Raises OSError or ssl.SSLError when a certificate file cannot be read: that is ours, not the network's."""
        if not url.startswith("https://"):
            raise ValueError(f"platform.url: {url!r} is not https://")
        self._url = url.rstrip("/")
        self._terminal = terminal
        self._deadline = Deadline()
        self._context = _context(tls, self._deadline)
        self._session: requests.Session | None = None

    def call(self, method: str, path: str, body: bytes | None, seconds: float, again: bool) -> Reply:
        """Send and wait for the whole answer, at most `seconds` in all. Raises CallError.

        again: the call may be sent a second time if a kept connection turns out to be dead.
        """
        self._deadline.start(seconds)
        opened = self._deadline.connections
        try:
            return self._once(method, path, body)
        except CallError as error:
            self.forget()
            stale = error.code == "CONNECTION" and self._deadline.connections == opened
            if not (again and stale and opened and not self._deadline.over()):
                raise
        try:
            return self._once(method, path, body)
        except CallError:
            self.forget()
            raise

    def forget(self) -> None:
        """Close connections and drop their buffers."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _once(self, method: str, path: str, body: bytes | None) -> Reply:
        request_id = secrets.token_hex(16)
        try:
            with self._open().request(
                method,
                self._url + path,
                data=body,
                headers={"X-Request-Id": request_id},
                timeout=self._deadline.left(),
                allow_redirects=False,
                stream=True,
            ) as response:
                # An answer to another call must never pass for this one's.
                if response.headers.get("X-Request-Id") != request_id:
                    raise CallError("CONTRACT" if response.status_code < 500 else "SERVER")
                return Reply(response.status_code, self._body(response))
        except _FAR_END as error:
            _let_go(error)
            code = "TIMEOUT" if self._deadline.over() else "CONNECTION"
        raise CallError(code)  # outside the handler: no chained exception carries a header or a body along

    def _body(self, response: requests.Response) -> bytes:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise CallError("CONTRACT")  # nobody asked for it, and a small answer could unpack to a huge one
        declared = response.headers.get("Content-Length", "")
        if declared.isdigit() and len(declared) < 20 and int(declared) > BODY_LIMIT:
            raise CallError("CONTRACT")
        found = bytearray()
        for chunk in response.raw.stream(_CHUNK, decode_content=False):
            found += chunk
            self._deadline.left()
            if len(found) > BODY_LIMIT:
                raise CallError("CONTRACT")
        return bytes(found)

    def _open(self) -> requests.Session:
        if self._session is None:
            session = _Session()
            session.trust_env = False
            session.cookies.set_policy(
                DefaultCookiePolicy(allowed_domains=[])
            )  # nothing carries over to the next visit
            session.mount("https://", _Adapter(self._context))
            session.headers.clear()
            session.headers.update(
                {
                    "Accept": "application/json",
                    "Accept-Encoding": "identity",
                    "Content-Type": "application/json",
                    "X-Terminal": self._terminal,
                }
            )
            self._session = session
        return self._session


def _let_go(error: BaseException) -> None:
    """Clear what the frames of a failed call hold: in a cycle with it, the request's body would outlive the visit."""
    following: list[BaseException | None] = [error]
    while following:
        found = following.pop()
        if found is None:
            continue
        following += [found.__cause__, found.__context__]
        traceback.clear_frames(found.__traceback__)
        found.__traceback__ = found.__cause__ = found.__context__ = None


def _deadline_of(context: ssl.SSLContext | None) -> Deadline:
    assert isinstance(context, _Context)
    return context.deadline


def _context(tls: Tls, deadline: Deadline) -> ssl.SSLContext:
    context = _Context(ssl.PROTOCOL_TLS_CLIENT)  # checks the certificate and the host name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_verify_locations(tls.ca)
    context.load_cert_chain(tls.certificate, tls.key)
    context.deadline = deadline
    context.sslsocket_class = _Socket
    return context
