"""The host's end of a cable: real ptys and sockets."""

from __future__ import annotations

import os
import socket
import tty
from collections.abc import Iterator

import pytest

from drivers.link import Link, LinkError, UrlError, open_link, parse_url


class Cable:
    """A pseudo-terminal: `far` is the device's end, `near` the path that a driver opens."""

    def __init__(self) -> None:
        master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.far = os.fdopen(master, "r+b", buffering=0)
        self.near = os.ttyname(self._slave)

    def close(self) -> None:
        self.far.close()
        os.close(self._slave)


@pytest.fixture
def cable() -> Iterator[Cable]:
    one = Cable()
    yield one
    one.close()


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def connect(server: socket.socket) -> tuple[Link, socket.socket]:
    link = open_link(f"tcp://127.0.0.1:{server.getsockname()[1]}")
    return link, server.accept()[0]


def test_a_url_in_parts() -> None:
    url = parse_url("serial:/dev/ttyS1?baud=9600&trigger=none", {"trigger": "register"})
    assert (url.kind, url.place, url.baud, url.options) == ("serial", "/dev/ttyS1", 9600, {"trigger": "none"})
    assert parse_url("serial:/dev/ttyS1").baud == 115200
    assert parse_url("serial:/dev/ttyS1", baud=9600).baud == 9600
    assert parse_url("tcp://[::1]:9100").place == "::1"
    assert parse_url("tcp://printer.lan:9100").port == 9100


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("serial:/dev/ttyS1?buad=9600", "unknown option 'buad' (known: baud)"),
        ("serial:/dev/ttyS1?baud=fast", "baud 'fast' is not a number"),
        ("serial:ttyS1", "write serial:/dev/NAME"),
        ("tcp://printer", "write serial:/dev/NAME"),
        ("tcp://printer:99999", "port '99999'"),
        ("tcp://printer:9100?baud=9600", "unknown option 'baud' (known: none)"),
        ("usb:0400:C35A", "tcp://host:port"),
        ("", "tcp://host:port"),
    ],
)
def test_a_wrong_url_says_what_is_wrong(url: str, says: str) -> None:
    with pytest.raises(UrlError) as error:
        parse_url(url)
    assert says in str(error.value)


def test_a_read_returns_what_is_there_and_empty_when_nothing_comes(cable: Cable) -> None:
    link = open_link(f"serial:{cable.near}")
    assert link.read(100, 0) == b""
    cable.far.write(b"\x00\x11\x13\xff\r\n")  # raw: no flow control, no line editing
    assert link.read(100, 5) == b"\x00\x11\x13\xff\r\n"
    link.write(b"\x03\x04\r")
    assert cable.far.read(100) == b"\x03\x04\r"
    link.close()


def test_drain_forgets_what_came_before(cable: Cable) -> None:
    link = open_link(f"serial:{cable.near}")
    cable.far.write(b"old" * 1000)
    assert link.read(3, 5) == b"old"
    link.drain()
    cable.far.write(b"new")
    assert link.read(100, 5) == b"new"
    link.close()


def test_a_pulled_pty_is_noticed_by_read_and_by_write(cable: Cable) -> None:
    link = open_link(f"serial:{cable.near}")
    cable.far.close()
    for use in (lambda: link.read(1, 0), lambda: link.write(b"?"), link.drain):
        with pytest.raises(LinkError) as error:
            use()
        assert error.value.code == "NO_DEVICE"
        assert cable.near in error.value.hint
    link.close()


def test_a_missing_port_and_a_refused_connection_name_the_url(server: socket.socket) -> None:
    port = server.getsockname()[1]
    server.close()
    for url in ("serial:/dev/no-such-port", f"tcp://127.0.0.1:{port}"):
        with pytest.raises(LinkError) as error:
            open_link(url)
        assert error.value.code == "NO_DEVICE"
        assert url in error.value.hint


def test_a_port_belongs_to_one_program(cable: Cable) -> None:
    first = open_link(f"serial:{cable.near}")
    with pytest.raises(LinkError) as error:
        open_link(f"serial:{cable.near}")
    assert "lock" in error.value.hint
    first.close()
    open_link(f"serial:{cable.near}").close()


def test_a_device_that_takes_nothing_stops_the_write_and_tells_how_much_it_took(server: socket.socket) -> None:
    link, far = connect(server)
    with pytest.raises(LinkError) as error:
        link.write(bytes(64 << 20), timeout_seconds=0.2)
    assert error.value.code == "NO_ANSWER"
    assert 0 < error.value.written < 64 << 20
    far.close()
    link.close()


def test_a_closed_connection_is_noticed_after_its_last_bytes(server: socket.socket) -> None:
    link, far = connect(server)
    far.sendall(b"last words")
    far.close()
    assert link.read(100, 5) == b"last words"
    with pytest.raises(LinkError):
        link.read(100, 5)
    link.close()
    link.close()
