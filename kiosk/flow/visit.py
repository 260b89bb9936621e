"""The Visit: one person at the screen, from the first touch to the wipe. `handle` is the only way it changes.

handle(around, visit, event) -> (visit, effects)
deadline(around, visit)      -> when it wants a Tick
"""

from __future__ import annotations

import math

from msgspec.structs import replace

from kiosk.devices import Disarm, Role
from kiosk.effects import Effect, Usage, Wipe
from kiosk.events import Chose, Edited, Event, Reported, Tick, Touched
from kiosk.flow.availability import why_not
from kiosk.flow.items import Form, Rate
from kiosk.flow.state import (
    Browsing,
    Case,
    Doing,
    Finished,
    Gone,
    Helping,
    Leaving,
    Move,
    Offered,
    Over,
    Passed,
    Return,
    Stage,
    Surroundings,
    TakeCard,
    Trouble,
    Visit,
    Warning,
    at_stage,
    disarm,
    forget_answers,
    keep,
)
from kiosk.flow.steps import form, identify, kind_of, pay
from kiosk.page import Lang
from kiosk.records import SettleOrder

WARNING_SECONDS = 20  # from the warning to the end
DONE_SECONDS = 30  # the last page stays so long
CARD_SECONDS = 60.0  # how long a forgotten card keeps the page that asks to take it
PATIENCE_SECONDS = 30.0  # after this, a wait offers another way


def begin(id: int, lang: Lang, at: float) -> Visit:
    return Visit(id, lang, touched=at)


def handle(around: Surroundings, visit: Visit, event: Event) -> Move:
    """What happened -> what is to be done. Outcomes that nobody awaits must have been dropped before."""
    before = visit
    visit, effects = _handle(around, visit, event)
    if not isinstance(event, Tick) and _place(visit) != _place(before):
        visit = replace(visit, touched=event.at)  # a new page: the inactivity limit starts again
    return visit, effects


def _handle(around: Surroundings, visit: Visit, event: Event) -> Move:
    match event:
        case Tick(at=at):
            return _tick(around, visit, at)
        case Touched(at=at):
            return replace(_awake(visit), touched=at), ()
        case Chose(key="language"):
            return replace(visit, touched=event.at, lang="en" if visit.lang == "zh" else "zh"), ()
        case Chose() if visit.overlay:
            return _overlaid(around, replace(visit, touched=event.at), event)
        case Chose(key="exit" | "help"):
            return _bar(visit, event)
        case Chose() | Edited():
            visit = replace(visit, touched=event.at)
        case Reported():
            visit = identify.card_left(visit, event)
    return _in_phase(around, visit, event)


def _place(visit: Visit) -> tuple[object, ...]:
    return visit.phase, visit.overlay, _stage(visit)


def _stage(visit: Visit) -> Stage | None:
    return visit.case.stage if visit.case else None


# --- phases -------------------------------------------------------------------------------------------------


def _in_phase(around: Surroundings, visit: Visit, event: Event) -> Move:
    match visit.phase, event:
        case Browsing() as phase, Chose() | Edited():
            return _browse(around, visit, phase, event), ()
        case Offered(item=item), Chose(key="begin"):
            case = Case(item, began=event.at)
            return _enter(around, replace(visit, phase=Doing(), case=case), 0, event.at)
        case Offered(), Chose(key="back"):
            return replace(visit, phase=Browsing()), ()
        case Doing(), _:
            return _do(around, visit, event)
        case Finished(), Chose(key="another"):
            # Whoever lifted their card may have left: without it the next item asks who is there.
            person = visit.person if visit.card_lies else None
            return replace(visit, phase=Browsing(), case=None, person=person), ()
        case Finished() | TakeCard(), Chose(key="finish"):
            return _leave(visit, event.at)
        case TakeCard(), Reported() if not visit.card_lies:
            return _over(visit)
    return visit, ()


def _browse(around: Surroundings, visit: Visit, phase: Browsing, event: Chose | Edited) -> Visit:
    match event:
        case Edited(field="query", value=value):
            return replace(visit, phase=Browsing(value.reveal()[:30]))
        case Chose(key="search"):
            return replace(visit, phase=Browsing(""))
        case Chose(key="back"):
            return replace(visit, phase=Browsing())
        case Chose(key=key) if item := around.catalogue.item(key):
            return replace(visit, phase=Offered(item)) if not why_not(around, item) else visit
    return visit


def _do(around: Surroundings, visit: Visit, event: Event) -> Move:
    assert visit.case is not None
    step = visit.case.item.steps[visit.case.step]
    visit, effects = kind_of(step).handle(around, visit, step, event)
    visit, more = _follow(around, visit, event.at)
    return visit, effects + more


def _follow(around: Surroundings, visit: Visit, at: float) -> Move:
    """Go where the step's stage points."""
    case = visit.case
    assert case is not None
    match case.stage:
        case Passed():
            return _enter(around, visit, case.step + 1, at)
        case Gone(outcome=outcome, reason=reason):
            return _end_case(visit, at, outcome, reason)
        case Return(step=number, field=field) as wish if field or isinstance(case.item.steps[number], Form):
            step = case.item.steps[number]
            assert isinstance(step, Form)
            visit = replace(visit, case=replace(case, step=number))
            return form.enter_at(visit, step, wish, at)
        case Return(step=number):
            return _enter(around, visit, number, at)
    return visit, ()


def _enter(around: Surroundings, visit: Visit, number: int, at: float) -> Move:
    assert visit.case is not None
    if number >= len(visit.case.item.steps):
        return _end_case(visit, at, "done")
    step = visit.case.item.steps[number]
    visit = replace(visit, case=replace(visit.case, step=number), touched=at)
    visit, effects = kind_of(step).enter(around, visit, step, at)
    visit, more = _follow(around, visit, at)
    return visit, effects + more


# --- ends ---------------------------------------------------------------------------------------------------


def _end_case(visit: Visit, at: float, outcome: str, reason: str = "") -> Move:
    """The case is over: money is settled, the fleet counts it. A finished one shows its last page."""
    case = visit.case
    assert case is not None
    visit, effects = _close_case(visit, at, outcome, reason)
    if outcome == "done":
        return replace(visit, phase=Finished(at + DONE_SECONDS, DONE_SECONDS)), effects
    visit, more = _leave(replace(visit, case=None), at)
    return visit, effects + more


def _close_case(visit: Visit, at: float, outcome: str, reason: str) -> Move:
    case = visit.case
    assert case is not None
    effects: tuple[Effect, ...] = ()
    if case.paid:
        visit, kept = keep(visit, SettleOrder(case.order, delivered=case.delivered))
        effects += kept
    elif case.order:
        visit, kept = pay.cancel(visit)
        effects += kept
    visit, off = disarm(visit, Role.CODE_SCANNER, Disarm())
    return replace(forget_answers(visit), overlay=None), (*effects, *off, _usage(visit, case, at, outcome, reason))


def _usage(visit: Visit, case: Case, at: float, outcome: str, reason: str) -> Usage:
    step = case.item.steps[case.step] if 0 <= case.step < len(case.item.steps) else None
    tag = step.__struct_config__.tag if step else ""
    return Usage(
        item=case.item.id,
        version=case.item.version,
        outcome=outcome,
        reason=reason,
        step=str(tag),
        duration_ms=round((at - case.began) * 1000),
        lang=visit.lang,
        grade=case.grade,
        fields_shown=len(case.asked),
        fields_prefilled=len(case.prefilled),
        reviewed=case.reviewed,
        accepted_first=bool(case.number.reveal()) and case.reviewed != "found",
    )


def _leave(visit: Visit, at: float) -> Move:
    """The person goes: remind them of a card that still lies there, otherwise it is over."""
    visit = replace(visit, overlay=None, case=None, person=None)
    if visit.card_lies:
        return replace(visit, phase=TakeCard(at + CARD_SECONDS)), ()
    return _over(visit)


def _over(visit: Visit) -> Move:
    effects: tuple[Effect, ...] = ()
    for role, _ in visit.readers:
        visit, off = disarm(visit, role, Disarm())
        effects += off
    over = replace(visit, phase=Over(), case=None, person=None, overlay=None, awaits=frozenset())
    return over, (*effects, Wipe(visit.id))


# --- what lies over the page --------------------------------------------------------------------------------


def _bar(visit: Visit, event: Chose) -> Move:
    if event.key == "help":
        return replace(visit, overlay=Helping()), ()
    if isinstance(visit.phase, TakeCard):
        return visit, ()
    if not isinstance(visit.phase, Doing):
        return _leave(visit, event.at)
    if _served(visit):
        return _end_case(visit, event.at, "done")
    return replace(visit, overlay=Leaving()), ()


def _overlaid(around: Surroundings, visit: Visit, event: Chose) -> Move:
    key = event.key
    match visit.overlay:
        case Warning():
            return _awake(visit), ()
        case Helping():
            return replace(visit, overlay=None), ()
        case Leaving() if key == "stay":
            return replace(visit, overlay=None), ()
        case Leaving() if key.startswith("option:"):
            return _give_up(visit, event.at, "gave_up", key.removeprefix("option:"))
        case Trouble(retry=True) if key == "retry" and visit.case:
            return _enter(around, forget_answers(replace(visit, overlay=None)), visit.case.step, event.at)
        case Trouble(family=family, code=code) if key == "finish":
            return _give_up(visit, event.at, "failed", f"{family}.{code}")
    return visit, ()


def _give_up(visit: Visit, at: float, outcome: str, reason: str) -> Move:
    """The person goes before the end; one who was served already has simply finished."""
    if not isinstance(visit.phase, Doing):
        return _leave(visit, at)
    if _served(visit):
        outcome, reason = "done", ""
    visit, effects = _close_case(visit, at, outcome, reason)
    visit, more = _leave(visit, at)
    return visit, effects + more


def _served(visit: Visit) -> bool:
    """They have what they came for; at most the rating is left."""
    case = visit.case
    return bool(case and (case.printed or isinstance(case.item.steps[case.step], Rate)))


# --- time ---------------------------------------------------------------------------------------------------


def deadline(around: Surroundings, visit: Visit) -> float | None:
    """When the next Tick is wanted: a countdown's next second, a stage's own time, or the inactivity limit."""
    match visit.overlay, visit.phase:
        case Warning(until=until, left=left), _:
            return until - left + 1
        case _, Finished(until=until, left=left):
            return until - left + 1
        case _, TakeCard(until=until):
            return until
        case _, Over():
            return None
    due = [] if _busy(visit) else [visit.touched + around.idle_seconds]
    if stage := _stage(visit):
        due += [stage.until - stage.left + 1 if stage.left else stage.until] if _wants_tick(stage) else []
        due += [stage.since + PATIENCE_SECONDS] if _busy(visit) and not stage.counts else []
    return min(due, default=None)


def _busy(visit: Visit) -> bool:
    """A device or the platform is at work: the inactivity limit does not run. Trouble and questions are no work.

    Work that takes too long, or counts no more, holds nobody's place: they may have left, and the ledger goes on alone.
    """
    stage = _stage(visit)
    if not (isinstance(visit.phase, Doing) and stage and stage.busy and not visit.overlay):
        return False
    return stage.left > 0 if stage.counts else not stage.late


def _tick(around: Surroundings, visit: Visit, at: float) -> Move:
    match visit.overlay, visit.phase:
        case Warning(until=until), _ if at >= until:
            return _give_up(visit, at, "timed_out", "")
        case Warning(until=until) as warning, _:
            return replace(visit, overlay=replace(warning, left=math.ceil(until - at))), ()
        case _, Finished(until=until) if at >= until:
            return _leave(visit, at)
        case _, Finished(until=until) as finished:
            return replace(visit, phase=replace(finished, left=math.ceil(until - at))), ()
        case _, TakeCard(until=until) if at >= until:
            return _over(visit)
    effects: tuple[Effect, ...] = ()
    if isinstance(visit.phase, Doing):
        visit, effects = _do(around, _count(_impatient(visit, at), at), Tick(at=at))
    idle = isinstance(visit.phase, Browsing | Offered | Doing) and not _busy(visit)
    if idle and at >= visit.touched + around.idle_seconds:
        assert not isinstance(visit.overlay, Warning)
        warning = Warning(at + WARNING_SECONDS, WARNING_SECONDS, visit.overlay)
        return replace(visit, overlay=warning), effects
    return visit, effects


def _awake(visit: Visit) -> Visit:
    """Somebody is still there: what the warning covered is back."""
    return replace(visit, overlay=visit.overlay.under) if isinstance(visit.overlay, Warning) else visit


def _wants_tick(stage: Stage) -> bool:
    """A counting stage at zero has said all it can; what ends it is news from elsewhere."""
    return bool(stage.until) and (bool(stage.left) or not stage.counts)


def _count(visit: Visit, at: float) -> Visit:
    stage = _stage(visit)
    if stage and stage.counts and stage.left:
        return at_stage(visit, replace(stage, left=max(0, math.ceil(stage.until - at))))
    return visit


def _impatient(visit: Visit, at: float) -> Visit:
    stage = _stage(visit)
    if stage and _busy(visit) and not stage.counts and at >= stage.since + PATIENCE_SECONDS:
        return at_stage(visit, replace(stage, late=True))
    return visit
