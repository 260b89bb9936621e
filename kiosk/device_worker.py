"""The life of one device: opened, commanded and polled by its Worker, and opened again whenever it was lost.

A failure is reported once and so is the recovery. A reader that was armed when it was lost is armed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from kiosk import log
from kiosk.devices import (
    Arm,
    Command,
    Condition,
    DeviceError,
    Disarm,
    Driver,
    Print,
    PrintFailed,
    Report,
    Role,
    Status,
    StatusChanged,
)
from kiosk.events import Event, Ref, Reported
from kiosk.worker import Inbox, Stopped

FIRST_RETRY_SECONDS = 1.0
LAST_RETRY_SECONDS = 10.0

_CONDITIONS = {
    "NO_DEVICE": Condition.NO_DEVICE,
    "SAM_FAILED": Condition.HARDWARE_ERROR,
    "UNRECOVERABLE": Condition.HARDWARE_ERROR,
}


class Use(Struct, frozen=True):
    ref: Ref
    command: Command


class DeviceLife:
    """`run` is the Worker's function; every report leaves through `post`."""

    def __init__(self, driver: Driver, post: Callable[[Event], None]) -> None:
        self._driver = driver
        self._post = post
        self._role: Role = driver.role
        self._status: Status | None = None
        self._ref: Ref | None = None
        self._armed: Use | None = None
        self._printing = False

    def run(self, inbox: Inbox[Use]) -> None:
        retry = FIRST_RETRY_SECONDS
        try:
            while True:
                try:
                    self._serve(inbox)
                except (DeviceError, OSError) as error:
                    was_up = self._status is not None and self._status.condition is Condition.ONLINE
                    self._lost(error)
                    retry = FIRST_RETRY_SECONDS if was_up else min(retry * 2, LAST_RETRY_SECONDS)
                    self._wait_lost(inbox, retry)
        except Stopped:
            raise
        except Exception:  # ours: a paper that was on its way must not be waited for
            self._lost(DeviceError("UNRECOVERABLE"))
            raise
        finally:
            self._driver.close()

    def refuse(self, left: list[Use]) -> None:
        """After a crash: what was still to be printed surely is not on paper."""
        for use in left:
            if isinstance(use.command, Print):
                self._ref = use.ref
                self._report(PrintFailed(self._fault(), certain=True))

    def _serve(self, inbox: Inbox[Use]) -> None:
        self._changed(self._driver.open())
        if self._armed:
            self._reports(self._driver.do(self._armed.command))
        while True:
            self._once(inbox)

    def _once(self, inbox: Inbox[Use]) -> None:
        """A frame of its own: a loop's local variable would keep the last document alive."""
        use = inbox.take(self._driver.pause())
        if use is None:
            self._reports(self._driver.poll())
        else:
            self._do(use)

    def _do(self, use: Use) -> None:
        self._note(use)
        self._printing = isinstance(use.command, Print)
        self._reports(self._driver.do(use.command))
        self._printing = False

    def _note(self, use: Use) -> None:
        self._ref = use.ref
        if isinstance(use.command, Arm):
            self._armed = use
        elif isinstance(use.command, Disarm):
            self._armed = None

    def _wait_lost(self, inbox: Inbox[Use], seconds: float) -> None:
        """Without a device, readers stay armed for later and paper is refused at once."""
        use = inbox.take(seconds)
        while use is not None:
            self._note(use)
            if isinstance(use.command, Print):
                self._report(PrintFailed(self._fault(), certain=True))
            use = inbox.take(0.05)

    def _lost(self, error: DeviceError | OSError) -> None:
        code = error.code if isinstance(error, DeviceError) else "NO_DEVICE"
        self._driver.close()
        if self._printing:
            self._printing = False
            self._report(PrintFailed(code, certain=False))
        condition = _CONDITIONS.get(code, Condition.OFFLINE)
        self._changed(Status(condition, (code,)))

    def _fault(self) -> str:
        return self._status.faults[0] if self._status and self._status.faults else "NO_DEVICE"

    def _reports(self, reports: Iterable[Report]) -> None:
        for report in reports:
            if isinstance(report, StatusChanged):
                self._changed(report.status)
            else:
                self._report(report)

    def _report(self, report: Report) -> None:
        self._post(Reported(role=self._role, report=report, ref=self._ref))

    def _changed(self, status: Status) -> None:
        if status == self._status:
            return
        self._status = status
        log.write("device", role=self._role.value, state=status.condition.value, faults="+".join(status.faults) or "-")
        self._post(Reported(role=self._role, report=StatusChanged(status)))
