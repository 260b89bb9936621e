"""Questions to a SAM_V module and their answers, over a line that may lose, change or repeat bytes.

An answer does not say which question it belongs to. So before each question the line is emptied, and a frame that
cannot be this question's answer is passed over: it is a late or doubled one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from drivers.link import Link
from drivers.serial_card_reader.codec import PHOTO_BYTES, TEXT_BYTES, Command, Decoder, Frame, Sw3, encode_command
from kiosk.devices import DeviceError

# Seconds to wait for an answer, one number an attempt. Public programs wait 0.1 s for find and select, 1.5 s for the
# address, 2 s for text and photo (0.11 s of these are the line's own at 115200 baud, 1.35 s at 9600).
_WAITS: dict[Command, tuple[float, ...]] = {
    Command.STATUS: (0.5, 1.0, 1.0),
    Command.SAM_ID: (0.5, 1.0),
    Command.FIND: (0.3, 0.5, 1.0),
    Command.SELECT: (0.3, 0.5, 1.0),
    Command.READ: (3.0, 3.0),
    Command.READ_ADDRESS: (1.5, 1.5),
}
# What a successful answer carries, at least; the module may say more.
_DATA: dict[Command, int] = {
    Command.SAM_ID: 16,
    Command.READ: 4 + TEXT_BYTES,
    Command.READ_ADDRESS: 2,
}
_MOST: dict[Command, int] = {
    Command.READ: 4 + TEXT_BYTES + PHOTO_BYTES + 16,
    Command.READ_ADDRESS: 128,
}
PATIENCE_SECONDS = 2.0
_BROKEN_SECONDS = 0.25  # silence after bytes that are no frame: ask again without waiting longer
_SAM_FAILED = (Sw3.SELF_TEST_FAILED, Sw3.NOT_AUTHORISED)
_ASK_AGAIN = (Sw3.CHECK_WRONG, Sw3.LENGTH_WRONG)  # the module got our question garbled


class SamModule:
    def __init__(self, link: Link) -> None:
        self._link = link
        self._decoder = Decoder()
        self._patience = 0.0  # seconds: a module that was slow once is given this much each time

    def ask(self, command: Command) -> Frame:
        """The module's answer to a command without data.

        Raises DeviceError: NO_ANSWER (silent in every attempt), PROTOCOL (answers that are none), SAM_FAILED.
        """
        heard = False
        asked = time.monotonic()
        for earlier, wait in enumerate(_WAITS[command]):
            self._link.drain()
            self._decoder = Decoder()
            self._link.write(encode_command(command))
            for frame in self._frames(max(wait, self._patience)):
                heard = True
                if frame is None or frame.sw3 in _ASK_AGAIN:
                    break
                if frame.sw3 in _SAM_FAILED:
                    raise DeviceError("SAM_FAILED", f"the module says {frame.sw3:02X} to {command.name}")
                if _may_answer(command, frame):
                    if earlier:
                        self._settle(earlier, time.monotonic() - asked)
                    return frame
        attempts = f"{command.name}, {len(_WAITS[command])} attempts"
        raise DeviceError("PROTOCOL" if heard else "NO_ANSWER", f"no usable answer to {attempts}")

    def idle(self) -> None:
        """Nothing is expected: throw away noise, and notice a cable that was pulled."""
        self._link.drain()

    def _settle(self, earlier: int, took: float) -> None:
        """This may be the answer to an earlier attempt, and the next question must not get the ones still coming."""
        self._patience = min(2 * took, PATIENCE_SECONDS)
        deadline = time.monotonic() + self._patience
        while earlier > 0 and (left := deadline - time.monotonic()) > 0:
            items = self._decoder.feed(self._link.read(4096, left))
            earlier -= sum(isinstance(item, Frame) for item in items)

    def _frames(self, wait: float) -> Iterator[Frame | None]:
        """Frames as they come; None once for bytes that stopped without being one."""
        deadline = time.monotonic() + wait
        pieces = False
        while (left := deadline - time.monotonic()) > 0:
            data = self._link.read(4096, min(left, _BROKEN_SECONDS) if pieces else left)
            if not data and pieces:
                break
            frames = [item for item in self._decoder.feed(data) if isinstance(item, Frame)]
            yield from frames
            pieces = bool(data) and not frames
            if data:  # a long answer on a slow line is no time-out as long as bytes keep coming
                deadline = max(deadline, time.monotonic() + _BROKEN_SECONDS)
        yield from (item for item in self._decoder.gap() if isinstance(item, Frame))
        if pieces:
            yield None


def _may_answer(command: Command, frame: Frame) -> bool:
    match frame.sw3:
        case Sw3.FOUND:
            return command is Command.FIND
        case Sw3.DONE:
            return command is not Command.FIND and (_DATA.get(command, 0) <= len(frame.data) <= _MOST.get(command, 16))
        case Sw3.ABSENT:
            return command is Command.READ_ADDRESS
        case _:
            return True
