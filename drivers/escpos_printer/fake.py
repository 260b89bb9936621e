"""The far end: a receipt printer with a buffer, a roll of paper, a cover, a cutter and a presenter.

put `{"paper": "full"|"low"|"out"}` · take (the oldest receipt, out of the presenter) · state. Faults of its own:
cover, head_hot, offline (now, until `none`); cutter (at the next cut); and after `lines` more lines: paper_out_after,
cover_after, silent_after, restart_after (power blinks: the buffer is lost). no_ack: GS r is not known. slow_print: `ms`
a line. Real-time questions are answered while the buffer is stuck, as long as it takes bytes at all.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any, ClassVar

from drivers.escpos_printer.paper import Feed, Paper, Receipt
from drivers.escpos_printer.picture import draw_receipt
from drivers.escpos_printer.splitter import Command
from drivers.far_end import FakeDevice, Json, Refused

FULL_LINES, LOW_LINES = 4000, 60
BUFFER_BYTES = 16384
LINE_SECONDS = 0.001
_CLEAR = bytes.fromhex("10140801031401060208")
_AFTER = ("paper_out_after", "cover_after", "silent_after", "restart_after")


class FakeReceiptPrinter(FakeDevice):
    modes: ClassVar[tuple[str, ...]] = ("cover", "head_hot", "offline", "cutter", "no_ack", "slow_print", *_AFTER)

    def __init__(self, loop: Any, wire: str, out: Path | None = None) -> None:
        super().__init__(loop, wire, out)
        self._lines_left = FULL_LINES
        self._paper = Paper()
        self._receipts: list[Json] = []
        self._stream = bytearray()  # what the receipt in the making was printed from, and what still waits
        self._used = 0  # bytes of it that were processed
        self._window = b""
        self._pumping = False
        self._jammed = False
        self._countdown: int | None = None
        self._automatic = False
        self._told = b""

    # --- the panel ---

    def put(self, request: Json) -> Json:
        levels = {"full": FULL_LINES, "low": LOW_LINES, "out": 0}
        if request.get("paper") not in levels:
            raise Refused(f"paper must be one of {', '.join(levels)}")
        self._lines_left = levels[request["paper"]]
        self._moved()
        return self.describe()

    def take(self, request: Json) -> Json:
        waiting = next((receipt for receipt in self._receipts if not receipt["taken"]), None)
        if waiting is None:
            raise Refused("no paper to take")
        waiting["taken"] = True
        self._moved()
        return {"taken": waiting["id"]}

    def describe(self) -> Json:
        return {
            "paper": "out" if self._out else "low" if self._low else "full",
            "lines_left": self._lines_left,
            "cover": self._cover,
            "offline": self._offline,
            "buffered": len(self._paper.splitter),
            "hanging": list(self._paper.hanging().text),
            "receipts": self._receipts,
        }

    def powered(self, on: bool) -> None:
        self._paper.splitter.clear()
        self._paper.apply(Command("ESC @"))
        del self._stream[self._used :]
        self._automatic, self._window = False, b""
        self.wire.reading(True)

    def failing(self) -> None:
        mode = self.fault["mode"]
        lines = self.fault.get("lines", 0)
        if not (isinstance(lines, int) and lines >= 0):
            raise Refused("lines must be a whole number")
        self._countdown = lines if mode in _AFTER else None
        self._jammed = self._jammed and mode == "cutter"
        self._moved()

    # --- its state ---

    @property
    def _cover(self) -> bool:
        return bool(self.fault["mode"] == "cover")

    @property
    def _out(self) -> bool:
        return self._lines_left == 0

    @property
    def _low(self) -> bool:
        return self._lines_left <= LOW_LINES

    @property
    def _offline(self) -> bool:
        return self._out or self._jammed or self.fault["mode"] in ("cover", "head_hot", "offline")

    def _answer_at_once(self, n: int) -> bytes:
        hot = self.fault["mode"] == "head_hot"
        extra = {
            1: 0x08 * self._offline,
            2: 0x04 * self._cover | 0x20 * self._out | 0x40 * (self._jammed or hot),
            3: 0x08 * self._jammed | 0x40 * hot,
            4: 0x0C * self._low | 0x60 * self._out,
        }
        return bytes((0x12 | extra[n],))

    def _asb(self) -> bytes:
        waiting = any(not receipt["taken"] for receipt in self._receipts)
        hot = self.fault["mode"] == "head_hot"
        return bytes(
            (
                0x10 | 0x08 * self._offline | 0x20 * self._cover,
                0x08 * self._jammed | 0x40 * hot,
                0x03 * self._low | 0x0C * self._out,
                0x01 * waiting,
            )
        )

    def _moved(self) -> None:
        """Something changed: tell the host if it asked for that, and go on printing if one can again."""
        if self._automatic and self._asb() != self._told:
            self._told = self._asb()
            self.send(self._told)
        self._pump()

    # --- bytes ---

    def received(self, data: bytes) -> None:
        kept = 0  # from here on: what stands before a command to clear is lost with the buffer
        for at, byte in enumerate(data, 1):
            self._window = (self._window + bytes((byte,)))[-len(_CLEAR) :]
            if self._window[-3:-1] == b"\x10\x04" and byte in (1, 2, 3, 4):
                self.send(self._answer_at_once(byte))
            elif self._window[-3:] == b"\x10\x05\x02" or self._window == _CLEAR:
                self._paper.splitter.clear()
                del self._stream[self._used :]
                kept = at
        self._paper.splitter.push(data[kept:])
        self._stream += data[kept:]
        self._pump()

    def _pump(self) -> None:
        self.wire.reading(len(self._paper.splitter) < BUFFER_BYTES)
        if not self._pumping and not self._offline and len(self._paper.splitter):
            self._pumping = True
            slow = self.fault["mode"] == "slow_print"
            self.loop.later(self.fault.get("ms", 20) / 1000 if slow else LINE_SECONDS, self._step)

    def _step(self) -> None:
        """Everything up to and with the next line."""
        self._pumping = False
        while not self._offline:
            waiting = len(self._paper.splitter)
            command = self._paper.splitter.next()
            if command is None:
                return
            if command.name == "GS V" and self.fault["mode"] == "cutter":
                self._jammed = True
            else:
                self._used += waiting - len(self._paper.splitter)
                if self._execute(command):
                    break
        self._moved()

    def _execute(self, command: Command) -> bool:
        """One command; True when it put ink on paper."""
        match command.name:
            case "GS a":
                self._automatic = bool(command.args[0])
                self._told = b""
            case "GS r" if self.fault["mode"] != "no_ack":
                self.send(bytes((0x03 * self._low | 0x0C * self._out,)))
        if self._automatic and not self._told:
            self._moved()
        before = len(self._paper.marks)
        receipt = self._paper.apply(command)
        if receipt is not None:
            self._finish(receipt)
            return True
        if any(not isinstance(mark, Feed) for mark in self._paper.marks[before:]):
            self._lines_left -= 1
            self._count()
            return True
        return False

    def _count(self) -> None:
        if self._countdown is None:
            return
        if self._countdown > 1:
            self._countdown -= 1
            return
        mode, self._countdown = self.fault["mode"], None
        self.fault = {"mode": {"cover_after": "cover", "silent_after": "silent"}.get(mode, "none")}
        if mode == "paper_out_after":
            self._lines_left = 0
        elif mode == "restart_after":
            self.powered(True)

    # --- paper ---

    def _finish(self, receipt: Receipt) -> None:
        raw = bytes(self._stream[: self._used])
        del self._stream[: self._used]
        self._used = 0
        if not receipt.text:  # a blank piece
            return
        number = len(self._receipts) + 1
        entry: Json = {"id": number, "text": list(receipt.text), "taken": False, "picture": ""}
        self._receipts.append(entry)
        if self.out is not None:
            # drawing takes longer than a printer may take to answer
            threading.Thread(target=_file, args=(self.out, number, raw, receipt, entry)).start()


def _file(out: Path, number: int, raw: bytes, receipt: Receipt, entry: Json) -> None:
    """receipt-0001.bin, .json and, last, .png."""
    out.mkdir(parents=True, exist_ok=True)
    name = out / f"receipt-{number:04}"
    name.with_suffix(".bin").write_bytes(raw)
    words = json.dumps({"id": number, "text": receipt.text}, ensure_ascii=False, indent=1)
    name.with_suffix(".json").write_text(words, encoding="utf-8")
    draw_receipt(receipt).save(name.with_suffix(".part"), format="PNG")
    name.with_suffix(".part").rename(name.with_suffix(".png"))
    entry["picture"] = str(name.with_suffix(".png"))
