"""The step kinds: one module each, with `enter`, `handle` and `page`, all pure.

A step says where to go next by the stage it leaves the case in: `Passed`, `Return` or `Gone`.
"""

from __future__ import annotations

from typing import Any, Protocol

from kiosk.events import Event
from kiosk.flow import items
from kiosk.flow.items import AnyStep
from kiosk.flow.state import Move, Surroundings, Visit
from kiosk.flow.steps import (
    check,
    consent,
    fetch,
    form,
    identify,
    pay,
    prereview,
    preview,
    print_out,
    rate,
    submit,
)
from kiosk.page import Page


class Kind(Protocol):
    """What a step's module is. The step passed in is always of the module's own class."""

    def enter(self, around: Surroundings, visit: Visit, step: Any, at: float) -> Move: ...

    def handle(self, around: Surroundings, visit: Visit, step: Any, event: Event) -> Move: ...

    def page(self, around: Surroundings, visit: Visit, step: Any) -> Page: ...


KINDS: dict[type[AnyStep], Kind] = {
    items.Identify: identify,
    items.Consent: consent,
    items.Form: form,
    items.Check: check,
    items.PreReview: prereview,
    items.Pay: pay,
    items.Submit: submit,
    items.Fetch: fetch,
    items.Preview: preview,
    items.PrintOut: print_out,
    items.Rate: rate,
}


def kind_of(step: AnyStep) -> Kind:
    return KINDS[type(step)]
