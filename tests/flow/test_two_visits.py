"""Two people, one after the other, at a terminal whose world answers late, twice, or never.

Whatever the order in which outcomes come, nothing of the first person reaches an effect or a page of the second.
The mutants below are terminals with one safeguard taken out: the same search must find them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk import events
from kiosk.devices import CardLeft, CardProblem, CardSeen, CodeSeen, Condition, Report, Role, Status, StatusChanged
from kiosk.effects import Ask, Deliver, Effect, Keep, Show, Use
from kiosk.events import Answered, Chose, Edited, Event, PlatformSeen, Recorded, Reported
from kiosk.flow import terminal as machine
from kiosk.platform import Refusal, Unreachable
from kiosk.records import (
    FilingMoved,
    FilingState,
    Moved,
    OpenFiling,
    OpenOrder,
    OrderMoved,
    OrderState,
    OutputMoved,
    OutputState,
)
from kiosk.secret import Secret
from tests.flow.play import Play, card, good_answer, mark

MARK = re.compile(r"p(\d+)\.")
Move = tuple[str, int]
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["tap"] * 6 + ["good"] * 6 + ["late"] * 2 + ["bad", "type", "wait", "status", "walk", "again"]),
        st.integers(0, 2**16),
    ),
    min_size=5,
    max_size=90,
)


def marks(value: object) -> set[int]:
    """Whose personal values are in there."""
    found: set[int] = set()
    pieces = msgspec.to_builtins(value)
    stack = [pieces]
    while stack:
        piece = stack.pop()
        if isinstance(piece, str):
            found |= {int(number) for number in MARK.findall(piece)}
        elif isinstance(piece, dict):
            stack += piece.values()
        elif isinstance(piece, list | tuple):
            stack += piece
    return found


class World:
    """Answers pending effects in any order; keeps those of ended visits to deliver them late."""

    def __init__(self, admit: Callable[[machine.Terminal, Event], bool] = machine.awaits) -> None:
        self.play = Play()
        self.admit = admit
        self.play.opens()
        self.pending: list[Effect] = []
        self.old: list[Event] = []

    def step(self, move: Move) -> None:
        verb, number = move
        match verb:
            case "tap":
                keys = sorted(self.play.on_offer())
                self.send(Chose(page=self.play.terminal.pages, key=keys[number % len(keys)]))
            case "type":
                field = ("query", "phone")[number % 2]
                visit = self.play.terminal.visits
                self.send(Edited(page=self.play.terminal.pages, field=field, value=Secret(f"p{visit}.{number}")))
            case "good" | "bad" if self.pending:
                self.answer(self.pending.pop(number % len(self.pending)), good=verb == "good", number=number)
            case "late" | "again" if self.old:
                self.send(self.old[number % len(self.old)])
            case "wait":
                self.play.waits(number % 90)
            case "status":
                down = Status(Condition.OFFLINE, ("NO_ANSWER",))
                role = list(Role)[number % 3]
                status = Status(Condition.ONLINE) if number % 4 else down
                self.send(Reported(role=role, report=StatusChanged(status)))
                self.send(PlatformSeen(up=number % 7 != 0))
            case "walk":
                self.play.waits(200)

    def send(self, event: Event) -> None:
        before = self.play.terminal.visit
        event = msgspec.structs.replace(event, at=self.play.now)
        if not self.admit(self.play.terminal, event):
            return
        self.play.terminal, effects = machine.handle(self.play.terminal, event)
        here = self.play.terminal.visit or before
        for effect in effects:
            if isinstance(effect, Show):
                self.play.page = effect.page
                shown = {self.play.terminal.visit.id} if self.play.terminal.visit else set()
                assert marks(effect) <= shown, "somebody else's value on the page"
            else:
                assert here is not None
                assert marks(effect) <= {here.id}, "somebody else's value in an effect"
                self.pending.append(effect)

    def answer(self, effect: Effect, good: bool, number: int) -> None:
        match effect:
            case Ask(ref=ref, question=question):
                bad = Refusal("NO_RECORD") if number % 2 else Unreachable("TIMEOUT")
                self.later(Answered(ref=ref, answer=good_answer(ref.visit, question) if good else bad))
            case Use(ref=ref, role=role):
                self.later(Reported(role=role, report=_report(role, ref.visit, good, number), ref=ref))
            case Keep(ref=ref, record=OpenOrder(order=order)):
                self.later(Recorded(ref=ref, moved=OrderMoved(order, OrderState.SENT, qr="https://sample.invalid")))
                state = OrderState.PAID if good else (OrderState.REVERSED, OrderState.UNKNOWN)[number % 2]
                self.later(Recorded(ref=ref, moved=OrderMoved(order, state)))
            case Keep(ref=ref, record=OpenFiling(filing=filing)):
                state = FilingState.ACCEPTED if good else (FilingState.REJECTED, FilingState.UNKNOWN)[number % 2]
                self.later(Recorded(ref=ref, moved=FilingMoved(filing, state, mark(ref.visit, "case"))))
            case Deliver(ref=ref, output=output):
                self.later(Recorded(ref=ref, moved=OutputMoved(output, OutputState.INTENDED)))
                states = (OutputState.RETRACTED, OutputState.UNKNOWN)
                moved: Moved = OutputMoved(output, OutputState.PRINTED if good else states[number % 2], "PAPER_OUT")
                self.later(Recorded(ref=ref, moved=moved))

    def later(self, event: Event) -> None:
        """It comes now, and once more at the worst moment."""
        self.old.append(event)
        self.send(event)


def _report(role: Role, visit: int, good: bool, number: int) -> Report:
    if role is Role.CARD_READER:
        return (CardSeen(card(visit)) if number % 3 else CardLeft()) if good else CardProblem("MOVED")
    return CodeSeen(mark(visit, "code"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MOVES)
def test_nothing_of_one_person_reaches_the_next(moves: list[Move]) -> None:
    world = World()
    for move in moves:
        world.step(move)
    hash(world.play.terminal)  # the checker explores states: they stay hashable


def _admit_ended_visits(terminal: machine.Terminal, event: Event) -> bool:
    """Mutant: outcomes are matched by their count alone, not by their visit."""
    ref = getattr(event, "ref", None)
    return ref is None or bool(terminal.visit and ref.n in terminal.visit.awaits)


def _admit_everything(_terminal: machine.Terminal, _event: events.Event) -> bool:
    """Mutant: nothing is dropped."""
    return True


@pytest.mark.parametrize("mutant", [_admit_ended_visits, _admit_everything])
def test_the_search_finds_a_terminal_that_mixes_visits(mutant: Callable[[machine.Terminal, Event], bool]) -> None:
    """A prepared story, so that the mutant is caught every time."""
    world = World(mutant)
    for _ in range(2):
        world.play.now += 1
        for key in ("start", "social-insurance-record", "begin"):
            world.send(Chose(page=world.play.terminal.pages, key=key))
        if world.play.terminal.visits == 1:
            read = next(effect for effect in world.pending if isinstance(effect, Use))
            world.answer(read, good=True, number=1)  # the first person's card is read ...
            world.send(Chose(page=world.play.terminal.pages, key="exit"))
            world.send(Chose(page=world.play.terminal.pages, key="option:slow"))
            world.play.waits(100)
    with pytest.raises(AssertionError, match="somebody else's value"):
        world.send(world.old[0])  # ... and reported once more while the second one stands there
