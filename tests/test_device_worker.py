"""A device's life: opened, lost, opened again; what it was asked for meanwhile is not forgotten."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from kiosk import device_worker
from kiosk.device_worker import DeviceLife, Use
from kiosk.devices import (
    Arm,
    CardSeen,
    Command,
    Condition,
    DeviceError,
    Disarm,
    Print,
    Printed,
    PrintFailed,
    Report,
    Role,
    Status,
    StatusChanged,
)
from kiosk.document import Document
from kiosk.events import Event, Ref, Reported
from kiosk.worker import Inbox, Stopped
from tests.flow.play import card

UP = Status(Condition.ONLINE)


class Scripted:
    """A driver that follows a script: each open, do and poll takes the next line (an exception is raised)."""

    role = Role.CARD_READER

    def __init__(self, *script: object) -> None:
        self.script = list(script)
        self.heard: list[object] = []

    def _next(self, what: object) -> object:
        self.heard.append(what)
        if not self.script:
            raise Stopped
        line = self.script.pop(0)
        if isinstance(line, Exception):
            raise line
        return line

    def open(self) -> Status:
        found = self._next("open")
        assert isinstance(found, Status)
        return found

    def close(self) -> None:
        self.heard.append("close")

    def do(self, command: Command) -> Iterable[Report]:
        found = self._next(command)
        assert isinstance(found, list)
        return found

    def poll(self) -> Iterable[Report]:
        found = self._next("poll")
        assert isinstance(found, list)
        return found

    def pause(self) -> float:
        return 0.0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_worker, "FIRST_RETRY_SECONDS", 0.001)
    monkeypatch.setattr(device_worker, "LAST_RETRY_SECONDS", 0.002)


def live(driver: Scripted, *uses: Use) -> list[Report]:
    """Run a whole life; what it reported, in order."""
    posted: list[Event] = []
    inbox: Inbox[Use] = Inbox(8)
    for use in uses:
        inbox.put(use)
    with pytest.raises(Stopped):
        DeviceLife(driver, posted.append).run(inbox)
    return [event.report for event in posted if isinstance(event, Reported)]


def test_a_status_is_reported_when_it_changes_and_only_then() -> None:
    low = Status(Condition.ONLINE, ("PAPER_LOW",))
    driver = Scripted(UP, [StatusChanged(UP)], [StatusChanged(low)], [StatusChanged(low)])
    assert live(driver) == [StatusChanged(UP), StatusChanged(low)]


def test_a_lost_device_is_closed_reported_once_and_opened_again() -> None:
    gone = DeviceError("NO_DEVICE", "/dev/ttyS1")
    driver = Scripted(UP, gone, gone, gone, UP)
    told = live(driver)
    assert told == [StatusChanged(UP), StatusChanged(Status(Condition.NO_DEVICE, ("NO_DEVICE",))), StatusChanged(UP)]


def test_a_reader_that_was_armed_is_armed_again_after_it_was_lost() -> None:
    driver = Scripted(UP, [], DeviceError("NO_ANSWER"), UP, [CardSeen(card(1))])
    told = live(driver, Use(Ref(1, 1), Arm()))
    assert driver.heard.count(Arm()) == 2
    assert any(isinstance(report, CardSeen) for report in told)


def test_a_disarmed_reader_stays_disarmed() -> None:
    driver = Scripted(UP, [], [], DeviceError("NO_ANSWER"), UP)
    live(driver, Use(Ref(1, 1), Arm()), Use(Ref(1, 2), Disarm()))
    assert driver.heard.count(Arm()) == 1


def test_a_printer_lost_in_the_middle_of_a_job_cannot_say_what_is_on_paper() -> None:
    driver = Scripted(UP, OSError(5, "input/output error"), UP)
    told = live(driver, Use(Ref(1, 1), Print(Document("样例", ()))))
    assert PrintFailed("NO_DEVICE", certain=False) in told


def test_without_a_printer_a_job_is_refused_at_once_and_surely_not_on_paper() -> None:
    driver = Scripted(DeviceError("NO_DEVICE"), UP)
    told = live(driver, Use(Ref(1, 1), Print(Document("样例", ()))))
    assert PrintFailed("NO_DEVICE", certain=True) in told
    assert Printed() not in told
