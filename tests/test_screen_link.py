"""Frames between kiosk and screen: whatever way the bytes arrive, the messages are the same; rubbish is refused."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.events import Chose, Edited, Touched
from kiosk.page import Problem
from kiosk.screen_link import (
    LIMIT,
    Frames,
    FromScreen,
    Happened,
    LinkError,
    Pong,
    Ready,
    Shown,
    ShowPage,
    frame,
    read_from_screen,
    read_to_screen,
)
from kiosk.secret import Secret
from tests.screens.samples import NAMES, sample

MESSAGES = st.one_of(
    st.builds(Happened, st.builds(Chose, page=st.integers(0, 1 << 40), key=st.text())),
    st.builds(
        Happened, st.builds(Edited, page=st.integers(0, 99), field=st.text(), value=st.builds(Secret, st.text()))
    ),
    st.builds(Happened, st.builds(Touched)),
    st.builds(Shown, st.integers(0, 1 << 40)),
    st.builds(Ready, st.text()),
    st.builds(Pong),
)


@given(st.lists(MESSAGES), st.lists(st.integers(1, 40)))
def test_frames_do_not_depend_on_how_the_bytes_were_cut(messages: list[FromScreen], cuts: list[int]) -> None:
    stream = b"".join(frame(message) for message in messages)
    frames = Frames()
    heard: list[FromScreen] = []
    for size in [*cuts, len(stream)]:
        piece, stream = stream[:size], stream[size:]
        heard += [read_from_screen(body) for body in frames.feed(piece)]
    assert heard == messages


@pytest.mark.parametrize("name", NAMES)
def test_every_page_arrives_as_it_was_sent_with_its_secrets_marked(name: str) -> None:
    page = sample(name, "zh")
    (body,) = Frames().feed(frame(ShowPage(3, page)))  # type: ignore[arg-type]
    assert read_to_screen(body) == ShowPage(3, page)  # type: ignore[arg-type]


@given(st.binary(max_size=200))
def test_rubbish_is_a_link_error_and_nothing_else(body: bytes) -> None:
    for read in (read_to_screen, read_from_screen):
        with contextlib.suppress(LinkError):
            read(body)


def test_a_length_above_the_limit_is_refused_before_it_is_waited_for() -> None:
    with pytest.raises(LinkError):
        Frames().feed((LIMIT + 1).to_bytes(4, "big"))


def test_too_large_a_page_is_refused_at_the_sender() -> None:
    with pytest.raises(LinkError):
        frame(ShowPage(1, Problem(hints=("长" * LIMIT,))))


def test_an_error_names_the_place_and_not_the_value() -> None:
    good = frame(Happened(Edited(page=1, field="name", value=Secret("竺妍"))))[4:]
    spoilt = good.replace(b"\xa5value", b"\xa5valux")
    with pytest.raises(LinkError) as caught:
        read_from_screen(spoilt)
    assert "竺妍" not in str(caught.value)
