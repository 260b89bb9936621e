"""One module a page kind: `compose(sketch, page, view)` puts the page on the sketch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk import page as kinds
from kiosk.page import Page
from screens.pages import (
    attract,
    check,
    choose,
    consent,
    done,
    entry,
    form,
    home,
    identify,
    outofservice,
    pay,
    preview,
    problem,
    rate,
    search,
    take,
    timeout,
    wait,
)
from screens.scene import Scene, View
from screens.sketch import Sketch

COMPOSERS: dict[type[Page], Callable[[Sketch, Any, View], None]] = {
    kinds.Attract: attract.compose,
    kinds.Home: home.compose,
    kinds.Search: search.compose,
    kinds.Identify: identify.compose,
    kinds.Consent: consent.compose,
    kinds.Form: form.compose,
    kinds.Entry: entry.compose,
    kinds.Check: check.compose,
    kinds.Wait: wait.compose,
    kinds.Pay: pay.compose,
    kinds.Preview: preview.compose,
    kinds.Take: take.compose,
    kinds.Rate: rate.compose,
    kinds.Choose: choose.compose,
    kinds.Done: done.compose,
    kinds.Problem: problem.compose,
    kinds.Timeout: timeout.compose,
    kinds.OutOfService: outofservice.compose,
}


def compose(sketch: Sketch, page: Page, view: View) -> Scene:
    """The Scene of `page`. A kind that has no composer is a KeyError: the set is closed."""
    COMPOSERS[type(page)](sketch, page, view)
    return sketch.scene()
