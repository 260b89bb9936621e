"""prereview (智能预审): the item's own rules first, then the platform; a finding leads to its field."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from kiosk import page as pages
from kiosk.events import Answered, Chose, Event
from kiosk.flow import items
from kiosk.flow.fields import evaluate, rows
from kiosk.flow.frame import frame, plain
from kiosk.flow.state import (
    Case,
    Gone,
    Move,
    Passed,
    Return,
    Stage,
    Surroundings,
    Trouble,
    Visit,
    answered,
    ask,
    at_stage,
)
from kiosk.flow.steps.check import form_of
from kiosk.flow.words import Speaker
from kiosk.page import Alert, Page
from kiosk.platform import Finding, PreReview, PreReviewed, Refusal, Unreachable


class Reviewing(Stage, frozen=True):
    busy: ClassVar[bool] = True


class Found(Stage, frozen=True):
    findings: tuple[Finding, ...] = ()


def enter(around: Surroundings, visit: Visit, step: items.PreReview, at: float) -> Move:
    assert visit.case is not None and visit.person is not None
    findings = _own_findings(visit.case, step)
    if findings:
        return _found(visit, findings, at), ()
    question = PreReview(visit.person.subject, visit.case.item.id, visit.case.values)
    return ask(at_stage(visit, Reviewing(at)), question)


def handle(around: Surroundings, visit: Visit, step: items.PreReview, event: Event) -> Move:
    assert visit.case is not None
    match visit.case.stage, event:
        case Reviewing(), Answered(answer=answer):
            return _reviewed(answered(visit, event.ref), answer, event.at), ()
        case Found(), Chose(key=key) if key.startswith("change:"):
            field = key.removeprefix("change:")
            return at_stage(visit, Return(step=form_of(visit.case, field), field=field, back_to=visit.case.step)), ()
        case Found(findings=findings), Chose(key="leave"):
            return at_stage(visit, Gone(outcome="failed", reason=findings[0].code)), ()
    return visit, ()


def _own_findings(case: Case, step: items.PreReview) -> tuple[Finding, ...]:
    return tuple(
        Finding(rule.field, rule.code, rule.text) for rule in step.rules if evaluate(rule.rule, case) is not True
    )


def _reviewed(visit: Visit, answer: object, at: float) -> Visit:
    assert visit.case is not None
    match answer:
        case PreReviewed(findings=()):
            reviewed = visit.case.reviewed or "passed"
            return replace(visit, case=replace(visit.case, reviewed=reviewed, stage=Passed()))
        case PreReviewed(findings=findings):
            return _found(visit, findings, at)
        case Refusal(code=code):
            return replace(visit, overlay=Trouble("refusal", code, retry=False))
        case Unreachable(code=code):
            return replace(visit, overlay=Trouble("unreachable", code, retry=True))
    return replace(visit, overlay=Trouble("unreachable", "CONTRACT", retry=True))


def _found(visit: Visit, findings: tuple[Finding, ...], at: float) -> Visit:
    """Findings about a field that this case does not ask still stand on the page, without a way to change it."""
    assert visit.case is not None
    return replace(visit, case=replace(visit.case, reviewed="found", stage=Found(at, findings=findings)))


def page(around: Surroundings, visit: Visit, step: items.PreReview) -> Page:
    assert visit.case is not None
    say = Speaker(around.catalogue.texts, visit.lang)
    match visit.case.stage:
        case Found(findings=findings):
            about = {finding.field: finding.text.say(visit.lang) for finding in findings}
            fields = tuple(field for field in visit.case.fields() if field.id in about)
            found = tuple(
                replace(row, problem=about[field.id])
                for field, row in zip(fields, rows(say, visit.case, fields), strict=True)
            )
            others = [text for field, text in about.items() if field not in {one.id for one in fields}]
            summary = say("prereview.found", count=len(findings))
            return pages.Form(
                **frame(
                    around,
                    visit,
                    "found",
                    say("prereview.title"),
                    " ".join(others) or say("prereview.lead"),
                    actions=(plain(say, "leave", "prereview.leave"),),
                    alert=Alert("warning", summary, findings[0].code),
                ),
                rows=found,
            )
    shown = frame(around, visit, "reviewing", say("prereview.wait.title"), say("wait.platform"))
    return pages.Wait(**shown, picture="platform", doing=say("prereview.wait.doing"))
