"""What a Visit tells the ledger and what the ledger reports back: orders, filings, outputs.

The ledger's rows outlive the visit. Ids are made by the Visit (`boot-visit-n`), unique for ever, and double as
idempotency keys end to end.
"""

from __future__ import annotations

import enum
from typing import Literal, Protocol

from msgspec import Struct

from kiosk.platform import Unreachable
from kiosk.secret import Secret


class OrderState(enum.StrEnum):
    CREATED = "created"  # intent on disk, nothing sent
    SENT = "sent"  # the platform has it; the citizen may pay
    PAID = "paid"
    UNKNOWN = "unknown"  # no clear answer: being queried
    REVERSING = "reversing"  # given up or expired: being reversed until the platform accepts
    REVERSED = "reversed"  # end: nothing was taken
    REFUNDING = "refunding"  # paid, not delivered: being refunded until accepted
    REFUNDED = "refunded"  # end: money is on its way back
    CLOSED = "closed"  # end: paid and delivered


class FilingState(enum.StrEnum):
    INTENDED = "intended"
    SENT = "sent"
    ACCEPTED = "accepted"  # end
    REJECTED = "rejected"  # end
    UNKNOWN = "unknown"  # no clear answer: being queried


class OutputState(enum.StrEnum):
    INTENDED = "intended"
    PRINTED = "printed"
    TAKEN = "taken"  # end
    RETRACTED = "retracted"  # end: the device took it back, or nothing came out
    UNKNOWN = "unknown"  # some of it may be on paper: staff decide


ORDER_SECONDS = 300.0  # that a citizen has to pay; then the ledger gives the order up


# --- commands -----------------------------------------------------------------------------------------------


class OpenOrder(Struct, frozen=True, tag=True):
    """Charge `amount_fen` for an item. `payload` is sealed to the platform's key before it touches the disk."""

    order: str
    item: str
    version: str
    amount_fen: int
    payload: Secret


class CancelOrder(Struct, frozen=True, tag=True):
    """The citizen gave up before paying, or the time is over: reverse."""

    order: str


class SettleOrder(Struct, frozen=True, tag=True):
    """The visit is over: delivered closes a paid order, otherwise it is refunded. Idempotent."""

    order: str
    delivered: bool


class OpenFiling(Struct, frozen=True, tag=True):
    """Submit a case (办件). `payload` is sealed to the platform's key before it touches the disk."""

    filing: str
    item: str
    version: str
    payload: Secret
    order: str = ""


class OpenOutput(Struct, frozen=True, tag=True):
    """Paper is about to come out. The document itself is never stored; `digest` tells which it was."""

    output: str
    item: str
    version: str
    digest: str
    order: str = ""
    filing: str = ""


class MoveOutput(Struct, frozen=True, tag=True):
    """What the printer said of it."""

    output: str
    state: OutputState
    code: str = ""


Record = OpenOrder | CancelOrder | SettleOrder | OpenFiling | OpenOutput | MoveOutput


# --- reports: sent after the row is on disk -----------------------------------------------------------------


class OrderMoved(Struct, frozen=True, tag=True):
    """qr: what the citizen's phone scans, while SENT; code: why it went wrong (contract.yaml), or empty."""

    order: str
    state: OrderState
    qr: str = ""
    code: str = ""


class FilingMoved(Struct, frozen=True, tag=True):
    """number: the case number once ACCEPTED (personal: it names a citizen's case)."""

    filing: str
    state: FilingState
    number: Secret = Secret("")
    code: str = ""


class OutputMoved(Struct, frozen=True, tag=True):
    output: str
    state: OutputState
    code: str = ""


Moved = OrderMoved | FilingMoved | OutputMoved


# --- what the platform says of an order or a filing when the ledger asks ------------------------------------


class OrderAnswer(Struct, frozen=True):
    """state as the platform has it; `absent`: it never heard of this order. qr: while waiting, what a phone scans."""

    state: Literal["absent", "waiting", "paid", "reversed", "refunding", "refunded", "refused"]
    qr: str = ""
    code: str = ""  # why refused


class FilingAnswer(Struct, frozen=True):
    """`absent`: the platform never heard of this filing; `pending`: it has it and has not decided."""

    state: Literal["absent", "pending", "accepted", "rejected"]
    number: Secret = Secret("")
    code: str = ""  # why rejected


class LedgerPort(Protocol):
    """The platform as the ledger sees it. Blocking; each call returns within its own time-out.

    Every call is idempotent by the row's id. `Unreachable` means that nobody knows what it did.
    """

    def open_order(
        self, order: str, item: str, version: str, amount_fen: int, sealed: bytes
    ) -> OrderAnswer | Unreachable: ...

    def query_order(self, order: str) -> OrderAnswer | Unreachable: ...

    def reverse_order(self, order: str) -> OrderAnswer | Unreachable: ...

    def refund_order(self, order: str, refund: str) -> OrderAnswer | Unreachable: ...

    def open_filing(
        self, filing: str, item: str, version: str, sealed: bytes, order: str
    ) -> FilingAnswer | Unreachable: ...

    def query_filing(self, filing: str) -> FilingAnswer | Unreachable: ...
