"""A Worker's inbox is bounded, its end is prompt, and its crash is told with what nobody took."""

from __future__ import annotations

import threading

from kiosk.worker import Inbox, Worker


class Told:
    """Where a Worker's crash is told."""

    def __init__(self) -> None:
        self.left: list[int] | None = None
        self.event = threading.Event()

    def __call__(self, left: list[int]) -> None:
        self.left = left
        self.event.set()


def test_a_full_inbox_refuses_and_nobody_blocks() -> None:
    worker: Worker[int] = Worker("sample", lambda inbox: None, Told(), capacity=2)  # not started: nobody takes
    assert [worker.post(number) for number in (1, 2, 3)] == [True, True, False]


def test_messages_come_in_order_and_then_none_when_time_has_passed() -> None:
    inbox: Inbox[int] = Inbox(4)
    inbox.put(1)
    inbox.put(2)
    assert [inbox.take(0), inbox.take(0), inbox.take(0.001)] == [1, 2, None]


def test_a_worker_that_waits_for_ever_leaves_when_it_is_asked_to() -> None:
    waiting, told = threading.Event(), Told()

    def wait(inbox: Inbox[int]) -> None:
        waiting.set()
        inbox.take(None)

    worker: Worker[int] = Worker("sample", wait, told)
    worker.start()
    waiting.wait(10)
    assert worker.stop(10)
    assert told.left is None  # an end is no crash


def test_a_worker_with_a_full_inbox_still_leaves() -> None:
    begun, leave = threading.Event(), threading.Event()

    def slow(inbox: Inbox[int]) -> None:
        begun.set()
        leave.wait(10)
        inbox.take(None)

    worker: Worker[int] = Worker("sample", slow, Told(), capacity=1)
    worker.start()
    begun.wait(10)
    worker.post(1)
    assert not worker.stop(0)  # it hangs: said, not waited for
    leave.set()
    assert worker.stop(10)


def test_a_crash_is_told_with_what_nobody_took_and_later_messages_are_refused() -> None:
    told = Told()

    def crash(inbox: Inbox[int]) -> None:
        inbox.take(None)
        raise ValueError("sample")

    worker: Worker[int] = Worker("sample", crash, told)
    for number in (1, 2, 3):
        worker.post(number)
    worker.start()
    assert told.event.wait(10)
    assert told.left == [2, 3]
    assert not worker.post(4)
