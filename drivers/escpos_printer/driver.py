"""Not yet on hardware: written from Epson's, Bixolon's and SPRT's public ESC/POS references.

Receipt printer on a serial line or TCP. `Printed` is said only after the printer itself has said that everything was
processed (GS r, answered in order) and that nothing is wrong (DLE EOT 1 to 4). A printer that says nothing has not
printed: what became of such a job is unknown.

Options of the url: `dots` (576 for 80 mm, 384 for 58 mm); `taken=asb4` for a presenter that shows paper in bit 0 of the
fourth ASB byte. That bit is no standard: some makers use it, others leave it at 1.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from msgspec import Struct

from drivers.escpos_printer import status as words
from drivers.escpos_printer.codec import ACKNOWLEDGE, AUTOMATIC, CLEAR, CUT, START, Paper, ask, encode_document
from drivers.escpos_printer.status import Automatic, Buffered, Decoder, RealTime, StatusEvent
from drivers.link import Link, LinkError, UrlError, open_link, parse_url
from kiosk import devices
from kiosk.devices import DeviceError, PaperTaken, Print, Printed, PrintFailed, Report, Role, Status, StatusChanged

WATCH_SECONDS = 0.3  # between polls while paper waits in the presenter
QUIET_SECONDS = 0.05  # silence that ends whatever the printer was saying
CHUNK_BYTES = 512  # sent between two looks at the printer: a job that fails leaves little in its buffer
FATAL = frozenset({"COVER_OPEN", "PAPER_OUT", "CUTTER", "UNRECOVERABLE"})
_OWN_OPTIONS = {"dots": "576", "taken": "none"}


class Patience(Struct, frozen=True):
    """Seconds. answer: to wait for a real-time status. silence: without any answer after a job. finish: for the whole
    job. check: between two rounds of questions while nothing happens."""

    answer: float = 0.5
    silence: float = 2.0
    finish: float = 15.0
    check: float = 2.0


def create(url: str) -> ReceiptPrinter:
    """A driver for the printer at `url`. Raises drivers.link.UrlError."""
    options = parse_url(url, _OWN_OPTIONS).options
    dots, taken = options["dots"], options["taken"]
    if not (dots.isascii() and dots.isdigit() and 240 <= int(dots) <= 832 and int(dots) % 24 == 0):
        raise UrlError(f"{url}: dots {dots!r} is not 576 (80 mm), 384 (58 mm) or another multiple of 24")
    if taken not in ("none", "asb4"):
        raise UrlError(f"{url}: taken {taken!r} is neither none nor asb4")
    return ReceiptPrinter(url, Paper(int(dots)), presenter=taken == "asb4")


class ReceiptPrinter:
    role = Role.RECEIPT_PRINTER

    def __init__(self, url: str, paper: Paper, presenter: bool, patience: Patience | None = None) -> None:
        self._url = url
        self._paper = paper
        self._presenter = presenter
        self._patience = patience or Patience()
        self._port: Link | None = None
        self._decoder = Decoder()
        self._status = words.unanswered()
        self._automatic: Status | None = None  # as the last ASB had it; None when this printer sends none
        self._acknowledged = 0  # answers to GS r, counted
        self._holding = False  # paper waits in the presenter
        self._taken = False
        # A half receipt may hang in the printer: at first somebody's whose terminal crashed while it was printing.
        self._torn = True
        self._checked = 0.0  # monotonic seconds of the last four questions

    def open(self) -> Status:
        self.close()
        self._port = open_link(parse_url(self._url, _OWN_OPTIONS))
        self._decoder = Decoder()
        self._status = self._ask_all()
        self._prepare()
        return self._status

    def close(self) -> None:
        if self._port is not None:
            self._port.close()
        self._port = None
        self._automatic = None

    def do(self, command: devices.Command) -> Iterable[Report]:
        if not isinstance(command, Print):
            raise TypeError(f"a printer cannot {type(command).__name__}")
        try:
            job = encode_document(command.document, self._paper)
        except Exception:  # whatever a document holds, nothing has been sent: its citizen is told, the next one served
            return [PrintFailed("UNRECOVERABLE", certain=True)]
        before = self._ask_all()
        if code := words.blocking(before):
            return [PrintFailed(code, certain=True), *self._changed(before)]
        outcome = self._print(job)
        if isinstance(outcome, PrintFailed) and not outcome.certain:
            self._abandon()
        return [outcome, *self._after()]

    def poll(self) -> Iterable[Report]:
        self._listen(0)
        reports: list[Report] = [PaperTaken()] if self._taken else []
        self._taken = False
        told = self._automatic is not None and self._automatic != self._status
        if told or time.monotonic() - self._checked >= self._patience.check:
            was_silent = "NO_ANSWER" in self._status.faults
            reports += self._changed(self._ask_all())
            if was_silent and "NO_ANSWER" not in self._status.faults:
                self._prepare()  # it was switched off and on: it has forgotten everything
        return reports

    def pause(self) -> float:
        return WATCH_SECONDS if self._holding else self._patience.check

    # --- one job ---

    def _print(self, job: tuple[bytes, ...]) -> Printed | PrintFailed:
        try:
            code = self._send(job)
        except LinkError as error:
            return PrintFailed(self._why(error), certain=error.written == 0 and not self._started)
        if code:
            return PrintFailed(code, certain=False)
        try:
            return self._confirm()
        except LinkError as error:
            return PrintFailed(self._why(error), certain=False)

    def _send(self, job: tuple[bytes, ...]) -> str:
        """Hand over the job, whole commands at a time; the code of what went wrong meanwhile, or empty."""
        self._started = False
        self._automatic = None  # what it said before the job is no news of the job
        self._cut_off()
        chunk = bytearray(AUTOMATIC)
        for piece in job:
            chunk += piece
            if len(chunk) < CHUNK_BYTES:
                continue
            self._link.write(bytes(chunk))
            self._started = True
            chunk.clear()
            if code := self._trouble():
                return code
        self._link.write(bytes(chunk))
        self._started = True
        return ""

    def _cut_off(self) -> None:
        """What hangs there is another citizen's: it must not come out on the same paper as the next receipt."""
        if self._torn:
            self._link.write(START + CUT)
            self._torn = False

    def _trouble(self) -> str:
        """What stops this job for good. From ASB where it comes, else by asking: off-line, and why."""
        self._listen(0)
        status = self._automatic
        if status is None:
            printer = self._ask(words.PRINTER)
            if printer is None or not printer & 0x08:
                return ""  # a printer that is too busy to answer is judged at the end
            status = self._ask_all()
        return _fatal(status)

    def _confirm(self) -> Printed | PrintFailed:
        """Wait until the printer has processed the job, then hear that it is well. Silence is no consent."""
        asked = self._acknowledged
        self._link.write(ACKNOWLEDGE)
        deadline = time.monotonic() + self._patience.finish
        heard = time.monotonic()
        done = False
        while time.monotonic() < deadline:
            self._listen(self._patience.answer / 2)
            if code := _fatal(self._automatic):
                return PrintFailed(code, certain=False)
            if self._acknowledged > asked and not done:
                done = self._asked_again()
                asked = self._acknowledged
            status = self._ask_all()
            if code := _fatal(status):
                return PrintFailed(code, certain=False)
            if "NO_ANSWER" not in status.faults:
                heard = time.monotonic()
                if done and not words.blocking(status):
                    return Printed()
            if time.monotonic() - heard > self._patience.silence:
                break
        return PrintFailed("NO_ANSWER", certain=False)

    def _asked_again(self) -> bool:
        """The remains of an ASB that lost its first byte look like an answer to GS r: only a second one is proof."""
        while self._listen(QUIET_SECONDS):
            pass
        asked = self._acknowledged
        self._link.write(ACKNOWLEDGE)
        deadline = time.monotonic() + self._patience.answer
        while self._acknowledged == asked and time.monotonic() < deadline:
            self._listen(self._patience.answer)
        return self._acknowledged > asked

    def _why(self, error: LinkError) -> str:
        """A printer that takes no more bytes may have said why."""
        try:
            self._listen(0)
        except LinkError:
            return error.code
        return _fatal(self._automatic) or error.code

    def _abandon(self) -> None:
        """Nobody is to find the rest of this receipt later."""
        self._torn = True
        try:
            self._link.write(CLEAR)
        except DeviceError:
            return  # the cable is gone: the next poll says so

    def _after(self) -> list[Report]:
        try:
            return self._changed(self._ask_all())
        except DeviceError:
            return []  # likewise

    # --- asking and listening ---

    @property
    def _link(self) -> Link:
        if self._port is None:
            raise DeviceError("NO_DEVICE", f"{self._url}: not open")
        return self._port

    def _prepare(self) -> None:
        """Initialise, cut off what hangs there, and have it report changes by itself where it can."""
        if "NO_ANSWER" in self._status.faults:
            return
        if self._torn:
            self._link.write(CLEAR)
        if not words.blocking(self._status):
            self._cut_off()
        self._link.write(START + AUTOMATIC)
        deadline = time.monotonic() + self._patience.answer
        while self._automatic is None and time.monotonic() < deadline:
            self._listen(deadline - time.monotonic())

    def _ask_all(self) -> Status:
        """All four real-time questions. The first that stays unanswered ends it."""
        self._checked = time.monotonic()
        answers: dict[int, int] = {}
        for n in words.QUESTIONS:
            answer = self._ask(n)
            if answer is None:
                break
            answers[n] = answer
        return words.from_answers(answers)

    def _ask(self, n: int) -> int | None:
        self._listen(0)  # a late answer to an older question
        self._link.write(ask(n))
        deadline = time.monotonic() + self._patience.answer
        while (left := deadline - time.monotonic()) > 0:
            for event in self._listen(left):
                if isinstance(event, RealTime):
                    return event.value
        return None

    def _listen(self, seconds: float) -> list[StatusEvent]:
        data = self._link.read(4096, seconds)
        events = self._decoder.feed(data) if data else []
        if not data and seconds >= QUIET_SECONDS:
            self._decoder.gap()
        for event in events:
            if isinstance(event, Buffered):
                self._acknowledged += 1
            elif isinstance(event, Automatic):
                self._automatic = words.from_automatic(event.value)
                self._present(event.holding)
        return events

    def _present(self, holding: bool) -> None:
        if self._presenter:
            self._taken = self._taken or (self._holding and not holding)
            self._holding = holding

    def _changed(self, status: Status) -> list[Report]:
        if status == self._status:
            return []
        self._status = status
        return [StatusChanged(status)]


def _fatal(status: Status | None) -> str:
    code = words.blocking(status) if status is not None else ""
    return code if code in FATAL else ""
