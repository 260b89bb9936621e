"""A simulator of the platform's order and filing semantics, with its own database, and the paper tray of a printer.

It stands for what is outside the terminal: it survives the terminal's crashes, and it keeps the books by which the
ledger is judged. `Purchase` is what a citizen meant to pay for once: the item names it, so that a charge made under a
second order number is seen as what it is.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw

from kiosk.platform import Unreachable
from kiosk.records import FilingAnswer, OrderAnswer
from kiosk.secret import Secret

_CREATE = """
CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, item TEXT, amount INTEGER, state TEXT) STRICT;
CREATE TABLE IF NOT EXISTS charges (id TEXT, item TEXT, amount INTEGER) STRICT;
CREATE TABLE IF NOT EXISTS refunds (id TEXT, refund TEXT, item TEXT, UNIQUE (id, refund)) STRICT;
CREATE TABLE IF NOT EXISTS filings (id TEXT PRIMARY KEY, item TEXT, state TEXT, number TEXT) STRICT;
CREATE TABLE IF NOT EXISTS paper (output TEXT, item TEXT) STRICT;
"""


class Platform:
    """LedgerPort as the platform behind a perfect network does it. `slow_refund`: it first says `refunding`.

    `reverse_refunds`: reversing a paid order gives the money back at once, as one payment channel does; the other
    way is to say `paid` and to wait for a refund.
    """

    def __init__(self, path: Path | str, *, reverse_refunds: bool = False, slow_refund: bool = False) -> None:
        self.db = apsw.Connection(str(path))
        self.db.execute("PRAGMA synchronous=OFF")  # a killed process loses nothing that was committed
        self.db.execute(_CREATE)
        self.reverse_refunds = reverse_refunds
        self.slow_refund = slow_refund
        self.pays_at_once = False  # the citizen shows a payment code: opening the order charges it

    def close(self) -> None:
        self.db.close()

    # --- the port -------------------------------------------------------------------------------------------

    def open_order(self, order: str, item: str, version: str, amount_fen: int, sealed: bytes) -> OrderAnswer:
        assert sealed, f"{order} {version}: opened without its payload"
        if self._state(order) == "absent":
            self.db.execute("INSERT INTO orders VALUES (?, ?, ?, 'waiting')", (order, item, amount_fen))
            if self.pays_at_once:
                self.pay(order)
        return self._order(order)

    def query_order(self, order: str) -> OrderAnswer:
        return self._order(order)

    def reverse_order(self, order: str) -> OrderAnswer:
        state = self._state(order)
        if state == "absent":  # so that a request still on its way cannot open it any more
            self.db.execute("INSERT INTO orders VALUES (?, '', 0, 'reversed')", (order,))
        elif state == "waiting":
            self._set(order, "reversed")
        elif state == "paid" and self.reverse_refunds:
            self._refund(order, "by-reversal")
        return self._order(order)

    def refund_order(self, order: str, refund: str) -> OrderAnswer:
        state, again = self._state(order), self._refunded(order, refund)
        if state == "paid" or (state in ("refunding", "refunded") and not again and not self._reversed(order)):
            self._refund(order, refund)
            if self.slow_refund:
                self._set(order, "refunding")
        elif state == "refunding":
            self._set(order, "refunded")
        return self._order(order)

    def open_filing(self, filing: str, item: str, version: str, sealed: bytes, order: str) -> FilingAnswer:
        assert sealed, f"{filing} {version} {order}: filed without its payload"
        if self.query_filing(filing).state == "absent":
            self.db.execute("INSERT INTO filings VALUES (?, ?, 'pending', ?)", (filing, item, f"SAMPLE-{filing}"))
        return self.query_filing(filing)

    def query_filing(self, filing: str) -> FilingAnswer:
        found = list(self.db.execute("SELECT state, number FROM filings WHERE id = ?", (filing,)))
        if not found:
            return FilingAnswer("absent")
        state, number = found[0]
        return FilingAnswer(state, Secret(number) if state == "accepted" else Secret(""))

    # --- what people do -------------------------------------------------------------------------------------

    def pay(self, order: str) -> bool:
        """The citizen's phone pays. False: there is nothing to pay any more."""
        if self._state(order) != "waiting":
            return False
        with self.db:
            self._set(order, "paid")
            self.db.execute("INSERT INTO charges SELECT id, item, amount FROM orders WHERE id = ?", (order,))
        return True

    def decide(self, filing: str, accepted: bool) -> None:
        state = "accepted" if accepted else "rejected"
        self.db.execute("UPDATE filings SET state = ? WHERE id = ? AND state = 'pending'", (state, filing))

    def decide_all(self) -> None:
        self.db.execute("UPDATE filings SET state = 'accepted' WHERE state = 'pending'")

    def paper_out(self, output: str, item: str) -> None:
        self.db.execute("INSERT INTO paper VALUES (?, ?)", (output, item))

    def waiting(self) -> list[str]:
        return [row[0] for row in self.db.execute("SELECT id FROM orders WHERE state = 'waiting' ORDER BY id")]

    # --- the books ------------------------------------------------------------------------------------------

    def charges(self) -> dict[str, int]:
        """How often each purchase was charged."""
        return dict(self.db.execute("SELECT item, count(*) FROM charges GROUP BY item"))

    def refunds(self) -> dict[str, int]:
        return dict(self.db.execute("SELECT item, count(*) FROM refunds GROUP BY item"))

    def papers(self) -> dict[str, int]:
        """How many sheets came out for each output."""
        return dict(self.db.execute("SELECT output, count(*) FROM paper GROUP BY output"))

    def papers_by_item(self) -> dict[str, int]:
        return dict(self.db.execute("SELECT item, count(*) FROM paper GROUP BY item"))

    def _order(self, order: str) -> OrderAnswer:
        state = self._state(order)
        return OrderAnswer(state, qr=f"sample-qr:{order}" if state == "waiting" else "")  # type: ignore[arg-type]

    def _state(self, order: str) -> str:
        found = self.db.execute("SELECT state FROM orders WHERE id = ?", (order,)).get
        return found or "absent"

    def _set(self, order: str, state: str) -> None:
        self.db.execute("UPDATE orders SET state = ? WHERE id = ?", (state, order))

    def _refunded(self, order: str, refund: str) -> bool:
        return bool(self.db.execute("SELECT 1 FROM refunds WHERE id = ? AND refund = ?", (order, refund)).get)

    def _reversed(self, order: str) -> bool:
        return self._refunded(order, "by-reversal")

    def _refund(self, order: str, refund: str) -> None:
        with self.db:
            self._set(order, "refunded")
            self.db.execute(
                "INSERT OR IGNORE INTO refunds SELECT id, ?, item FROM orders WHERE id = ?", (refund, order)
            )


class Line:
    """The network between terminal and platform: `fate()` says of each call ok, no_request or no_answer.

    `delayed` keeps requests that were thought lost; `deliver` lets one arrive after all, perhaps for a second time.
    """

    def __init__(self, platform: Platform, fate: Callable[[], str]) -> None:
        self.platform = platform
        self.fate = fate
        self.delayed: list[tuple[str, tuple[object, ...]]] = []

    def deliver(self, index: int) -> None:
        name, arguments = self.delayed.pop(index)
        getattr(self.platform, name)(*arguments)

    def open_order(
        self, order: str, item: str, version: str, amount_fen: int, sealed: bytes
    ) -> OrderAnswer | Unreachable:
        return self._call("open_order", order, item, version, amount_fen, sealed)

    def query_order(self, order: str) -> OrderAnswer | Unreachable:
        return self._call("query_order", order)

    def reverse_order(self, order: str) -> OrderAnswer | Unreachable:
        return self._call("reverse_order", order)

    def refund_order(self, order: str, refund: str) -> OrderAnswer | Unreachable:
        return self._call("refund_order", order, refund)

    def open_filing(
        self, filing: str, item: str, version: str, sealed: bytes, order: str
    ) -> FilingAnswer | Unreachable:
        return self._call("open_filing", filing, item, version, sealed, order)

    def query_filing(self, filing: str) -> FilingAnswer | Unreachable:
        return self._call("query_filing", filing)

    def _call(self, name: str, *arguments: object):  # type: ignore[no-untyped-def]
        fate = self.fate()
        if fate == "no_request":
            self.delayed.append((name, arguments))
            return Unreachable("CONNECTION")
        answer = getattr(self.platform, name)(*arguments)
        if fate == "no_answer":
            self.delayed.append((name, arguments))
            return Unreachable("TIMEOUT")
        return answer
