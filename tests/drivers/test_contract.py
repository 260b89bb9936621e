"""What every driver folder promises. A new folder with a `device.toml` is tested without a word here."""

from __future__ import annotations

import ast
import importlib
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drivers
from kiosk.devices import Arm, Condition, DeviceError, Disarm, Driver, Role

FOLDER = Path(drivers.__file__).parent
NAMES = drivers.names()
SAMPLES = [(name, file.stem) for name in NAMES for file in sorted((FOLDER / name / "samples").glob("*.json"))]
READERS = {Role.CARD_READER, Role.CODE_SCANNER}
IMPURE = {"asyncio", "logging", "os", "select", "serial", "socket", "subprocess", "sys", "threading", "time"}


def decoder_of(name: str) -> Any:
    return importlib.import_module(f"drivers.{name}.codec").Decoder


def sample_of(name: str, stem: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name / "samples" / f"{stem}.json").read_text(encoding="utf-8"))
    return found


# --- the checks, as functions: the mutants below must fail them -----------------------------------------------


def decode(decoder: Any, data: bytes, piece: int) -> list[Any]:
    found: list[Any] = []
    for at in range(0, len(data), piece):
        found += decoder.feed(data[at : at + piece])
        assert decoder.held() <= decoder.LIMIT
    return [*found, *decoder.gap()]


def check_sample(make: Callable[[], Any], sample: dict[str, Any]) -> None:
    data = bytes.fromhex(sample["bytes"])
    for piece in (len(data), 1, 7):
        assert msgspec.to_builtins(decode(make(), data, piece)) == sample["events"], f"in pieces of {piece}"


def check_after_garbage(make: Callable[[], Any], sample: dict[str, Any]) -> None:
    data = bytes.fromhex(sample["bytes"])
    for seed in range(20):
        decoder = make()
        noise = random.Random(seed)
        decode(decoder, noise.randbytes(noise.randrange(1, 400)) + data[: noise.randrange(len(data))], 50)
        assert decoder.held() == 0, "a gap ends everything"
        assert msgspec.to_builtins(decode(decoder, data, 64)) == sample["events"], f"seed {seed}"


def check_hidden(make: Callable[[], Any], sample: dict[str, Any]) -> None:
    for item in decode(make(), bytes.fromhex(sample["bytes"]), 4096):
        for shown in (repr(item), str(item), f"{item}"):
            for word in sample["personal"]:
                for form in (word, *(str(word.encode(code))[2:-1] for code in ("utf-8", "gb18030", "utf-16-le"))):
                    assert form not in shown


def check_any_bytes(make: Callable[[], Any], pieces: list[bytes]) -> None:
    decoder = make()
    for piece in pieces:
        for item in decoder.feed(piece):
            assert isinstance(item, msgspec.Struct)
        assert decoder.held() <= decoder.LIMIT
    decoder.gap()
    assert decoder.held() == 0


# --- what a folder holds ------------------------------------------------------------------------------------


def test_there_are_drivers() -> None:
    assert {"serial_card_reader", "serial_code_scanner"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_says_what_it_is_and_what_it_was_tested_with(name: str) -> None:
    about = drivers.about(name)
    assert about.title
    assert about.roles
    driver = drivers.load(name, about.url_example)  # made, not opened
    assert driver.role in about.roles
    source = ast.get_docstring(ast.parse((FOLDER / name / "driver.py").read_text(encoding="utf-8"))) or ""
    for words in (about.tested_with, source.splitlines()[0]):
        assert words.lower().startswith(("tested with ", "not yet on hardware: written from ")), words
    assert drivers.fake(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_codec_does_no_io_and_knows_no_clock(name: str) -> None:
    tree = ast.parse((FOLDER / name / "codec.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {module.split(".")[0] for module in imported} & IMPURE
    assert "drivers.link" not in imported


# --- bytes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_driver_has_samples(name: str) -> None:
    assert [stem for folder, stem in SAMPLES if folder == name]


@pytest.mark.parametrize(("name", "stem"), SAMPLES)
def test_a_sample_means_the_same_whole_in_pieces_and_after_garbage(name: str, stem: str) -> None:
    sample = sample_of(name, stem)
    assert "sample" in sample["about"]
    check_sample(decoder_of(name), sample)
    check_after_garbage(decoder_of(name), sample)
    check_hidden(decoder_of(name), sample)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_bytes_make_a_decoder_raise_or_grow(name: str, data: st.DataObject) -> None:
    samples = [bytes.fromhex(sample_of(name, stem)["bytes"]) for folder, stem in SAMPLES if folder == name]
    broken = st.tuples(st.sampled_from(samples or [b""]), st.integers(0, 3000), st.integers(0, 3000)).map(
        lambda cut: cut[0][: cut[1]] + cut[0][cut[2] :]
    )
    pieces = data.draw(st.lists(st.one_of(st.binary(max_size=600), broken), max_size=6))
    check_any_bytes(decoder_of(name), pieces)


@pytest.mark.parametrize("name", NAMES)
def test_a_megabyte_is_held_by_no_decoder(name: str) -> None:
    noise = random.Random(1).randbytes(1 << 20)
    check_any_bytes(
        decoder_of(name), [noise[: 1 << 19], *(noise[at : at + 4096] for at in range(1 << 19, 1 << 20, 4096))]
    )


# --- the mutants that these checks must catch ---------------------------------------------------------------

SAMPLE = {"bytes": "41420d4344", "personal": ["AB"], "events": [{"word": "AB"}, {"word": "CD"}]}


class Word(msgspec.Struct):
    word: str

    def __repr__(self) -> str:
        return f"Word({len(self.word)})"


class Talkative(Word):
    def __repr__(self) -> str:
        return f"Word({self.word})"


class Correct:
    """Words that end with CR or a gap, at most 64 bytes."""

    LIMIT = 64
    make: type[Word] = Word

    def __init__(self) -> None:
        self.kept = b""

    def held(self) -> int:
        return len(self.kept)

    def feed(self, data: bytes) -> list[Word]:
        *words, self.kept = (self.kept + data).split(b"\r")
        self.kept = self.kept[-64:]
        return [self.make(word.decode("latin-1")) for word in words if word]

    def gap(self) -> list[Word]:
        return self.feed(b"\r")


class LosesPieces(Correct):
    def feed(self, data: bytes) -> list[Word]:
        self.kept = b""
        return super().feed(data)


class KeepsGarbage(Correct):
    def gap(self) -> list[Word]:
        return [Word(self.kept.decode("latin-1"))] if self.kept else []


class Grows(Correct):
    def feed(self, data: bytes) -> list[Word]:
        *words, self.kept = (self.kept + data).split(b"\r")
        return [Word(word.decode("latin-1")) for word in words if word]


class Raises(Correct):
    def feed(self, data: bytes) -> list[Word]:
        data.decode("ascii")
        return super().feed(data)


class Tells(Correct):
    make = Talkative


def everything(make: Callable[[], Any]) -> None:
    check_sample(make, SAMPLE)
    check_after_garbage(make, SAMPLE)
    check_hidden(make, SAMPLE)
    check_any_bytes(make, [b"A" * 40, b"B" * 40, b"\xff"])


def test_the_checks_pass_a_correct_decoder() -> None:
    everything(Correct)


@pytest.mark.parametrize("mutant", [LosesPieces, KeepsGarbage, Grows, Raises, Tells])
def test_the_checks_catch_a_wrong_decoder(mutant: type[Correct]) -> None:
    with pytest.raises((AssertionError, UnicodeDecodeError)):
        everything(mutant)


# --- the cable ----------------------------------------------------------------------------------------------


def is_online(driver: Driver) -> bool:
    return driver.open().condition is Condition.ONLINE


def failure(*calls: Callable[[], object]) -> str:
    """The code of the first failure; empty when none of the calls fails."""
    for call in calls:
        try:
            call()
        except DeviceError as error:
            return error.code
        except OSError:
            return "NO_DEVICE"
    return ""


def notices(driver: Driver) -> None:
    """A pulled cable shows at one of the next polls."""
    assert failure(*[lambda: list(driver.poll())] * 5) != ""
    driver.close()


@pytest.fixture(scope="module")
def shared(far_maker: Callable[..., Any]) -> Iterator[Callable[[str], Any]]:
    """`shared(name)`: a fake on a pty that several tests use in turn, with its plug in and no fault."""
    running: dict[str, Any] = {}

    def end_of(name: str) -> Any:
        if name not in running:
            running[name] = far_maker(name, "pty")
        running[name].send("fail", mode="none")
        running[name].send("plug")
        return running[name]

    yield end_of
    for end in running.values():
        end.end()


@pytest.mark.parametrize("wire", ["pty", "tcp:0"])
@pytest.mark.parametrize("name", NAMES)
def test_a_pulled_cable_is_noticed_and_a_replugged_one_works(name: str, wire: str, far: Any) -> None:
    end = far(name, wire)
    driver = drivers.load(name, end.url)
    assert is_online(driver)
    end.send("unplug")
    notices(driver)
    with pytest.raises(DeviceError) as refused:
        driver.open()
    assert refused.value.code == "NO_DEVICE"
    assert end.url in refused.value.hint
    end.send("plug")
    assert is_online(driver)
    driver.close()


@pytest.mark.parametrize("name", [name for name in NAMES if READERS & set(drivers.about(name).roles)])
def test_an_armed_reader_notices_a_pulled_cable_too(name: str, shared: Any) -> None:
    end = shared(name)
    driver = drivers.load(name, end.url)
    assert is_online(driver)
    list(driver.do(Arm()))
    end.send("unplug")
    notices(driver)
    end.send("plug")
    assert is_online(driver)
    assert list(driver.do(Disarm())) == []
    driver.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_device_whose_power_goes_for_good_is_noticed(name: str, far: Any) -> None:
    end = far(name)
    driver = drivers.load(name, end.url)
    assert is_online(driver)
    end.process.kill()
    end.process.wait()
    notices(driver)


@pytest.mark.parametrize("name", NAMES)
def test_a_silent_device_is_not_called_online(name: str, shared: Any) -> None:
    end = shared(name)
    end.send("fail", mode="silent")
    driver = drivers.load(name, end.url)
    online: list[bool] = []
    assert failure(lambda: online.append(is_online(driver))) == "NO_ANSWER" or online == [False]
    driver.close()
    end.send("fail", mode="none")
    assert is_online(driver)
    driver.close()


@pytest.mark.parametrize("mode", ["split", "duplicate"])
@pytest.mark.parametrize("name", NAMES)
def test_a_line_that_splits_or_doubles_answers_does_no_harm(name: str, mode: str, shared: Any) -> None:
    end = shared(name)
    end.send("fail", mode=mode)
    driver = drivers.load(name, end.url)
    assert is_online(driver)
    driver.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_garbled_line_is_an_error_of_the_device_and_no_other(name: str, shared: Any) -> None:
    end = shared(name)
    end.send("fail", mode="garble", bytes=3)
    driver = drivers.load(name, end.url)
    assert failure(driver.open, *[lambda: list(driver.poll())] * 3) in {"", "NO_ANSWER", "PROTOCOL"}
    driver.close()
