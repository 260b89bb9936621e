"""In the kiosk process whatever blocks runs in a Worker: one thread with a bounded inbox.

No other module of that process imports `threading`.

Results go back through a `post` callable that the Runtime hands in (`loop.call_soon_threadsafe` underneath).
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from kiosk import log

Message = TypeVar("Message")


class Stopped(Exception):
    """The inbox was closed: leave the run function."""


class Inbox(Generic[Message]):
    """Where a Worker's run function waits for messages."""

    def __init__(self, capacity: int) -> None:
        self._queue: queue.Queue[Message | None] = queue.Queue(capacity)
        self._stopping = threading.Event()
        self._lock = threading.Lock()  # no message slips in behind `close`
        self._closed = False

    def take(self, seconds: float | None) -> Message | None:
        """The next message; None when `seconds` passed without one. Raises Stopped when it is time to leave."""
        if self._stopping.is_set():
            raise Stopped
        try:
            message = self._queue.get(timeout=seconds)
        except queue.Empty:
            return None
        if self._stopping.is_set():
            raise Stopped
        return message

    def put(self, message: Message) -> bool:
        """False when the inbox is full or closed: the caller decides what that means, nobody blocks."""
        with self._lock:
            if self._closed:
                return False
            try:
                self._queue.put_nowait(message)
            except queue.Full:
                return False
            return True

    def stop(self) -> None:
        self._stopping.set()
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(None)  # wakes a waiting take

    def close(self) -> list[Message]:
        """Nobody takes any more: what nobody took, in order."""
        left: list[Message] = []
        with self._lock, contextlib.suppress(queue.Empty):
            self._closed = True
            while True:
                message = self._queue.get_nowait()
                if message is not None:
                    left.append(message)
        return left


class Worker(Generic[Message]):
    """Runs `run(inbox)` in a thread of its own until `stop`.

    A crash of `run` is logged and told to `on_crash`, in that thread, with the messages that nobody took.
    """

    def __init__(
        self,
        name: str,
        run: Callable[[Inbox[Message]], None],
        on_crash: Callable[[list[Message]], None],
        capacity: int = 64,
    ) -> None:
        self._name = name
        self._run = run
        self._on_crash = on_crash
        self._inbox: Inbox[Message] = Inbox(capacity)
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def post(self, message: Message) -> bool:
        """False when its inbox is full, or when it crashed."""
        accepted = self._inbox.put(message)
        if not accepted:
            log.write("worker.full", worker=self._name)
        return accepted

    def stop(self, seconds: float = 3.0) -> bool:
        """Ask it to leave and wait; False when it still hangs in native code after `seconds`."""
        self._inbox.stop()
        self._thread.join(seconds)
        if self._thread.is_alive():
            log.write("worker.hung", worker=self._name)
        return not self._thread.is_alive()

    def _main(self) -> None:
        try:
            self._run(self._inbox)
        except Stopped:
            pass
        except BaseException as error:
            log.crash("worker.crashed", error, worker=self._name)
            self._on_crash(self._inbox.close())
