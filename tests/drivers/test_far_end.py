"""What all fakes share: the cable, the control socket, their end. Tried with the scanner's fake."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import drivers
from drivers.link import LinkError, open_link
from drivers.serial_code_scanner.codec import CANCEL, encode_reply
from kiosk.bench.control import Control, ControlError

ROOT = Path(__file__).parents[2]
Start = Callable[..., Any]
DONE = encode_reply(0)


def ask(link: Any, size: int = len(DONE)) -> bytes:
    link.write(CANCEL)
    answer = b""
    while len(answer) < size:
        piece = link.read(100, 5)
        assert piece, f"only {answer.hex()} came"
        answer += piece
    return answer


def test_a_free_port_is_told_and_stays_the_same_after_replugging(far: Start) -> None:
    end = far("serial_code_scanner", "tcp:0")
    wire = end.send("state")["wire"]
    assert wire["port"] > 0
    end.send("unplug")
    with pytest.raises(LinkError):
        open_link(end.url)
    assert end.send("plug")["wire"]["port"] == wire["port"]
    link = open_link(end.url)
    assert ask(link) == DONE
    link.close()


def test_the_newest_host_has_the_line(far: Start) -> None:
    end = far("serial_code_scanner", "tcp:0")
    old = open_link(end.url)
    assert ask(old) == DONE
    new = open_link(end.url)
    assert ask(new) == DONE
    with pytest.raises(LinkError):
        old.read(1, 5)
    old.close()
    new.close()


def test_an_unplugged_pty_has_no_node(far: Start) -> None:
    end = far("serial_code_scanner")
    node = Path(end.send("state")["wire"]["link"])
    assert node.is_symlink()
    end.send("unplug")
    assert not node.is_symlink()
    end.send("unplug")  # again: nothing happens
    end.send("plug")
    assert node.exists()


def test_faults_of_the_cable_are_on_the_wire_and_end(far: Start) -> None:
    end = far("serial_code_scanner")
    link = open_link(end.url)
    end.send("fail", mode="garble", bytes=2)
    wrong = ask(link)
    assert sum(one != other for one, other in zip(wrong, DONE, strict=True)) == 2
    end.send("fail", mode="duplicate")
    assert ask(link, 2 * len(DONE)) == DONE + DONE
    end.send("fail", mode="split")
    assert ask(link) == DONE
    end.send("fail", mode="slow", seconds=0.1)
    assert ask(link) == DONE
    assert end.send("fail", mode="none")["fault"] == {"mode": "none"}
    assert ask(link) == DONE
    link.close()


def test_wrong_requests_are_refused_in_words_and_the_fake_goes_on(far: Start) -> None:
    end = far("serial_code_scanner")
    for verb, args, says in [
        ("dance", {}, "unknown verb 'dance'"),
        ("fail", {"mode": "moody"}, "unknown mode 'moody': none, silent"),
        ("fail", {"mode": "slow", "seconds": -1}, "from 0 to 3600"),
        ("fail", {"mode": "slow", "seconds": "long"}, "from 0 to 3600"),
        ("put", {}, "'text'"),
        ("put", {"text": "x", "encoding": "klingon"}, "klingon"),
    ]:
        with pytest.raises(ControlError) as error:
            end.send(verb, **args)
        assert says in str(error.value)
    assert end.send("state")["wire"]["plugged"] is True


def test_lines_that_are_no_requests_and_lines_without_end(far: Start) -> None:
    end = far("serial_code_scanner")
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(end.folder / "control"))
        client.sendall(b'not json\n[1]\n{"verb":"state"}\n')
        answers = client.makefile("rb")
        assert [json.loads(answers.readline())["ok"] for _ in range(3)] == [False, False, True]
        client.sendall(b"x" * ((1 << 20) + 65536))
        assert json.loads(answers.readline()) == {"ok": False, "error": "line too long"}
    assert end.send("state")["fault"] == {"mode": "none"}


def test_several_clients_at_once(far: Start) -> None:
    end = far("serial_code_scanner")
    with Control(end.folder / "control") as one, Control(end.folder / "control") as other:
        one.send("fail", mode="silent")
        assert other.send("state")["fault"] == {"mode": "silent"}
        assert one.send("state") == other.send("state")


def test_a_client_of_a_fake_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ControlError) as error:
        Control(tmp_path / "nobody").send("state")
    assert "nobody" in str(error.value)


@pytest.mark.parametrize("end_signal", [signal.SIGTERM, signal.SIGINT])
def test_a_fake_that_is_told_to_end_leaves_nothing_behind(far: Start, end_signal: int) -> None:
    end = far("serial_code_scanner")
    assert sorted(os.listdir(end.folder)) == ["control", "wire"]
    end.process.send_signal(end_signal)
    assert end.process.wait(10) == 0
    assert os.listdir(end.folder) == []


def test_a_fake_ends_with_the_process_that_started_it(far: Start) -> None:
    end = far("serial_code_scanner")  # for its folder alone
    command = [sys.executable, "-m", "drivers", "fake", "serial_code_scanner", "--wire", "tcp:0"]
    command += ["--control", str(end.folder / "orphan")]
    script = (
        "import subprocess, sys, time\n"
        f"fake = subprocess.Popen({command!r}, stdout=subprocess.PIPE)\n"
        "fake.stdout.readline()\n"
        "print(fake.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    poll = select.poll()
    poll.register(pid, select.POLLIN)
    assert poll.poll(10_000), "the fake outlived its parent"
    os.close(pid)
    assert not (end.folder / "orphan").exists()


def test_an_unknown_driver_is_one_line_that_lists_the_known_ones() -> None:
    with pytest.raises(drivers.DriverUnknown) as error:
        drivers.load("usb_toaster", "serial:/dev/ttyS1")
    assert "usb_toaster" in str(error.value)
    assert "serial_card_reader" in str(error.value)
    command = [sys.executable, "-m", "drivers", "fake", "usb_toaster", "--wire", "tcp:0", "--control", "/tmp/x"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "serial_card_reader" in done.stderr


def test_the_list_names_every_driver() -> None:
    command = [sys.executable, "-m", "drivers", "list"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in drivers.names():
        assert f"{name}\n" in listed
        assert drivers.about(name).tested_with in listed
