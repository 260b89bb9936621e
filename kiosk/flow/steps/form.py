"""form: prefilled from the platform, each value with its source; the citizen completes what is missing."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from kiosk import page as pages
from kiosk.events import Answered, Chose, Edited, Event
from kiosk.flow import items
from kiosk.flow.fields import CITIZEN, problem_of, rows, shown_options, with_value
from kiosk.flow.frame import frame, plain, primary
from kiosk.flow.state import Move, Passed, Return, Stage, Surroundings, Trouble, Visit, answered, ask, at_stage
from kiosk.flow.words import Speaker
from kiosk.page import Alert, Page
from kiosk.platform import GetPrefill, Prefilled, Refusal, Unreachable, Value
from kiosk.secret import Secret


class Loading(Stage, frozen=True):
    busy: ClassVar[bool] = True


class Filling(Stage, frozen=True):
    """The whole form; `problems` are shown once the citizen tried to go on."""

    problems: bool = False
    back_to: int = -1


class Typing(Stage, frozen=True):
    """One field. `draft` is committed by `confirm`; a wrong one stays and is explained."""

    field: str = ""
    draft: Secret = Secret("")
    problem: bool = False
    back_to: int = -1


def enter(around: Surroundings, visit: Visit, step: items.Form, at: float) -> Move:
    assert visit.case is not None and visit.person is not None
    wanted = tuple(field.id for field in step.fields)
    if set(wanted) <= set(visit.case.asked):
        return at_stage(visit, Filling(at)), ()
    return ask(at_stage(visit, Loading(at)), GetPrefill(visit.person.subject, visit.case.item.id, wanted))


def enter_at(visit: Visit, step: items.Form, wish: Return, at: float) -> Move:
    """Come from a later step to change one field, and go back there afterwards."""
    if not wish.field:
        return at_stage(visit, Filling(at, back_to=wish.back_to)), ()
    return _type(visit, wish.field, at, wish.back_to), ()


def handle(around: Surroundings, visit: Visit, step: items.Form, event: Event) -> Move:
    assert visit.case is not None
    match visit.case.stage, event:
        case Loading(), Answered(answer=answer):
            return _loaded(answered(visit, event.ref), step, answer, event.at)
        case Filling() as stage, Chose(key="continue"):
            return _complete(visit, step, stage, event.at), ()
        case Filling() as stage, Chose(key=key) if key.startswith("change:"):
            return _type(visit, key.removeprefix("change:"), event.at, stage.back_to), ()
        case Typing() as stage, Edited(field=field, value=value) if field == stage.field:
            limit = _field(step, field).max_length
            return at_stage(visit, replace(stage, draft=Secret(value.reveal()[:limit]), problem=False)), ()
        case Typing() as stage, Chose(key="confirm"):
            return _commit(visit, step, stage, stage.draft, event.at), ()
        case Typing() as stage, Chose(key=key) if key.startswith("option:"):
            chosen = Secret(key.removeprefix("option:"))
            return _commit(visit, step, stage, chosen, event.at), ()
        case Typing() as stage, Chose(key="back"):
            return at_stage(visit, Filling(event.at, back_to=stage.back_to)), ()
    return visit, ()


def _field(step: items.Form, id: str) -> items.Field:
    return next(field for field in step.fields if field.id == id)


def _type(visit: Visit, field: str, at: float, back_to: int) -> Visit:
    assert visit.case is not None
    return at_stage(visit, Typing(at, field=field, draft=Secret(visit.case.text(field)), back_to=back_to))


def _loaded(visit: Visit, step: items.Form, answer: object, at: float) -> Move:
    assert visit.case is not None
    match answer:
        case Prefilled(values=prefills):
            asked = {field.id for field in step.fields}
            known = [prefill for prefill in prefills if prefill.field in asked]
            case = visit.case
            values = tuple(Value(p.field, p.value, p.source, p.origin) for p in known if p.value.reveal())
            case = replace(
                case,
                values=case.values + values,
                options=case.options + tuple((p.field, p.options) for p in known if p.options),
                asked=case.asked + tuple(field.id for field in step.fields),
                prefilled=case.prefilled + tuple(value.field for value in values),
            )
            return at_stage(replace(visit, case=case), Filling(at)), ()
        case Refusal(code=code):
            return replace(visit, overlay=Trouble("refusal", code, retry=False)), ()
        case Unreachable(code=code):
            return replace(visit, overlay=Trouble("unreachable", code, retry=True)), ()
    return replace(visit, overlay=Trouble("unreachable", "CONTRACT", retry=True)), ()


def _complete(visit: Visit, step: items.Form, stage: Filling, at: float) -> Visit:
    assert visit.case is not None
    if any(problem_of(field, visit.case) for field in step.fields):
        return at_stage(visit, replace(stage, problems=True))
    if stage.back_to >= 0:
        return at_stage(visit, Return(at, step=stage.back_to))
    return at_stage(visit, Passed())


def _commit(visit: Visit, step: items.Form, stage: Typing, value: Secret, at: float) -> Visit:
    assert visit.case is not None
    field = _field(step, stage.field)
    offered = {option.value for option in shown_options(field, visit.case)}
    if field.pad == "none" and value.reveal() not in offered:
        return visit
    case = with_value(visit.case, Value(field.id, value, "typed", CITIZEN))
    if problem_of(field, case):
        return at_stage(visit, replace(stage, problem=True, draft=value))
    visit = replace(visit, case=case)
    others = [other for other in step.fields if problem_of(other, case)]
    if stage.back_to >= 0 and not others:
        return at_stage(visit, Return(at, step=stage.back_to))
    return at_stage(visit, Filling(at, back_to=stage.back_to))


def page(around: Surroundings, visit: Visit, step: items.Form) -> Page:
    assert visit.case is not None
    say = Speaker(around.catalogue.texts, visit.lang)
    match visit.case.stage:
        case Typing() as stage:
            return _entry_page(around, visit, _field(step, stage.field), stage, say)
        case Filling() as stage:
            return _form_page(around, visit, step, stage, say)
    shown = frame(around, visit, "loading", say("form.loading.title"), say("wait.platform"))
    return pages.Wait(**shown, picture="platform", doing=say("form.loading.doing"))


def _form_page(around: Surroundings, visit: Visit, step: items.Form, stage: Filling, say: Speaker) -> Page:
    assert visit.case is not None
    filled = sum(1 for field in step.fields if field.id in visit.case.prefilled)
    alert = Alert("error", say("form.incomplete")) if stage.problems else None
    return pages.Form(
        **frame(
            around,
            visit,
            "form",
            say("form.title"),
            say("form.lead") if filled else say("form.lead.empty"),
            actions=(primary(say, "continue", "continue"),),
            alert=alert,
        ),
        rows=rows(say, visit.case, step.fields, problems=stage.problems),
        summary=say("form.summary", filled=filled, all=len(step.fields)) if filled else "",
    )


def _entry_page(around: Surroundings, visit: Visit, field: items.Field, stage: Typing, say: Speaker) -> Page:
    assert visit.case is not None
    wrong = say.text(field.invalid) or say("form.invalid")
    options = tuple(
        pages.Option(f"option:{option.value}", option.label, option.note, chosen=option.value == stage.draft.reveal())
        for option in shown_options(field, visit.case, visit.lang)
    )
    typed = field.pad != "none"
    return pages.Entry(
        **frame(
            around,
            visit,
            f"entry.{field.id}",
            field.label.say(visit.lang),
            field.purpose.say(visit.lang),
            actions=(plain(say, "back", "cancel"), primary(say, "confirm", "confirm")) if typed else (),
            alert=Alert("error", wrong) if stage.problem else None,
            back=not typed,
        ),
        field=field.id,
        value=stage.draft,
        pad=field.pad,
        options=options,
        hint=say.text(field.hint),
        max_length=field.max_length,
    )
