"""pay: the customer's phone scans the screen. The ledger owns the order; this step starts it and watches."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from kiosk import page as pages
from kiosk.events import Event, Recorded
from kiosk.flow import items
from kiosk.flow.fields import evaluate
from kiosk.flow.frame import frame
from kiosk.flow.state import Case, Move, Passed, Stage, Surroundings, Trouble, Visit, at_stage, keep, row_id
from kiosk.flow.words import Speaker, clock, yuan
from kiosk.page import Page
from kiosk.platform import payload
from kiosk.records import ORDER_SECONDS, CancelOrder, OpenOrder, OrderMoved, OrderState


class Opening(Stage, frozen=True):
    busy: ClassVar[bool] = True


class Scanning(Stage, frozen=True):
    """The QR is on the screen; the ledger ends the order when its time is over."""

    busy: ClassVar[bool] = True
    counts: ClassVar[bool] = True
    qr: str = ""


class Asking(Stage, frozen=True):
    """Nobody knows whether the order exists: the platform is being asked. Once the QR is shown, it stays."""

    busy: ClassVar[bool] = True


ENDED = (OrderState.REVERSED, OrderState.REFUNDED, OrderState.REVERSING, OrderState.REFUNDING)


def fee(case: Case, step: items.Pay) -> int | None:
    """The item's fee in fen, by its rule over the form's values; None when the rule gives no sum."""
    amount = evaluate(step.fee, case)
    return amount if isinstance(amount, int) and amount >= 0 else None


def enter(around: Surroundings, visit: Visit, step: items.Pay, at: float) -> Move:
    case = visit.case
    assert case is not None and visit.person is not None
    amount = fee(case, step)
    if amount is None:
        return replace(at_stage(visit, Stage(at)), overlay=Trouble("order", "FEE", retry=False)), ()
    if amount == 0 or case.paid:
        return at_stage(visit, Passed()), ()
    order = row_id(around, visit)
    content = payload(visit.person.subject, case.values)
    visit = at_stage(visit, Opening(at), order=order)
    return keep(visit, OpenOrder(order, case.item.id, case.item.version, amount, content))


def handle(around: Surroundings, visit: Visit, step: items.Pay, event: Event) -> Move:
    """News of an order that was given up for a new one is for the ledger alone."""
    match event:
        case Recorded(moved=OrderMoved(order=order) as moved) if visit.case and order == visit.case.order:
            return _moved(visit, moved, event.at), ()
    return visit, ()


def cancel(visit: Visit) -> Move:
    """The citizen leaves before paying: what was begun is reversed."""
    case = visit.case
    if case is None or not case.order or case.paid:
        return visit, ()
    return keep(visit, CancelOrder(case.order))


def _moved(visit: Visit, moved: OrderMoved, at: float) -> Visit:
    assert visit.case is not None
    match moved.state:
        case OrderState.SENT if not isinstance(visit.case.stage, Scanning):
            stage = Scanning(at, at + ORDER_SECONDS, left=round(ORDER_SECONDS), qr=moved.qr)
            return at_stage(visit, stage)
        case OrderState.PAID:
            return replace(at_stage(visit, Passed(), paid=True), overlay=None)
        case OrderState.UNKNOWN if isinstance(visit.case.stage, Opening):
            return at_stage(visit, Asking(at))
        case ended if ended in ENDED:
            visit = at_stage(visit, Stage(at), order="")
            return replace(visit, overlay=Trouble("order", _why(moved), retry=True))
    return visit


def _why(moved: OrderMoved) -> str:
    """ "Nothing was charged" may be said of a reversed order alone; until then money may still come and go back."""
    if moved.state is OrderState.REVERSED:
        return "NOT_CHARGED"
    return "LATE_PAYMENT" if moved.state in (OrderState.REFUNDING, OrderState.REFUNDED) else "EXPIRED"


def page(around: Surroundings, visit: Visit, step: items.Pay) -> Page:
    assert visit.case is not None
    say = Speaker(around.catalogue.texts, visit.lang)
    match visit.case.stage:
        case Scanning(qr=qr, left=left):
            return pages.Pay(
                **frame(around, visit, "pay", say("pay.title"), say("pay.lead")),
                amount=yuan(fee(visit.case, step) or 0),
                payee=step.payee.say(visit.lang),
                qr=qr,
                hints=(say("pay.hint1"), say("pay.hint2")),
                remaining=say("pay.remaining", clock=clock(left)),
            )
        case Asking():
            shown = frame(around, visit, "asking", say("pay.asking.title"), say("pay.asking.lead"))
            return pages.Wait(**shown, picture="pay", doing=say("pay.asking.doing"))
    shown = frame(around, visit, "opening", say("pay.opening.title"), say("wait.platform"))
    return pages.Wait(**shown, picture="pay", doing=say("pay.opening.doing"))
