"""consent: what is used, from where and for what; nothing is fetched before it is agreed to."""

from __future__ import annotations

from kiosk.events import Chose, Event
from kiosk.flow import items
from kiosk.flow.frame import frame, plain, primary
from kiosk.flow.state import Gone, Move, Passed, Stage, Surroundings, Visit, at_stage
from kiosk.flow.words import Speaker
from kiosk.page import Clause, Consent, Page


def enter(around: Surroundings, visit: Visit, step: items.Consent, at: float) -> Move:
    return at_stage(visit, Stage(at)), ()


def handle(around: Surroundings, visit: Visit, step: items.Consent, event: Event) -> Move:
    match event:
        case Chose(key="agree"):
            return at_stage(visit, Passed()), ()
        case Chose(key="decline"):
            return at_stage(visit, Gone(outcome="gave_up", reason="declined")), ()
    return visit, ()


def page(around: Surroundings, visit: Visit, step: items.Consent) -> Page:
    say = Speaker(around.catalogue.texts, visit.lang)
    clauses = tuple(Clause(say.text(clause.heading), say.text(clause.body)) for clause in step.clauses)
    return Consent(
        **frame(
            around,
            visit,
            "consent",
            say("consent.title"),
            say("consent.lead"),
            actions=(plain(say, "decline", "consent.decline"), primary(say, "agree", "consent.agree")),
        ),
        clauses=clauses,
    )
