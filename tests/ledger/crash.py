"""Kills a real process again and again while it takes money, recovers, and looks at the books.

A child process runs visits on the ledger until it dies by SIGKILL: either at a counted point (before a commit, after
it, before and after each call to the platform, before and after the paper) or at a random moment. The platform and
the paper tray live in a database of their own, which survives. No hook is in the product: the child uses SQLite's.

    python -m tests.ledger.crash --kills 2000          the long run
    python -m tests.ledger.crash --mutant BlindReprint the same on a clerk with a mistake: must find it
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from kiosk.ledger.clerk import LONGEST_PAUSE, Clerk
from kiosk.ledger.output import Output
from kiosk.ledger.store import Store
from kiosk.records import (
    CancelOrder,
    FilingState,
    Moved,
    MoveOutput,
    OpenFiling,
    OpenOrder,
    OpenOutput,
    OrderMoved,
    OrderState,
    OutputMoved,
    OutputState,
    SettleOrder,
)
from kiosk.secret import Secret
from tests.ledger import audit, mutants
from tests.ledger.keys import PUBLIC
from tests.ledger.simulator import Line, Platform

Plan = Callable[["Terminal"], None]


class Fuse:
    """Counts the points that a process passes, and kills it at the chosen one (0: never)."""

    def __init__(self, point: int) -> None:
        self.left = point
        self.passed = 0

    def __call__(self) -> None:
        self.passed += 1
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class FusedLine(Line):
    """A line to the platform with a point on either side of each call."""

    def __init__(self, platform: Platform, fate: Callable[[], str], fuse: Fuse) -> None:
        super().__init__(platform, fate)
        self.fuse = fuse

    def _call(self, name: str, *arguments: object):  # type: ignore[no-untyped-def]
        self.fuse()
        answer = super()._call(name, *arguments)
        self.fuse()
        return answer


class Terminal:
    """One life of the kiosk process: opens the ledger, recovers, serves citizens."""

    def __init__(self, folder: Path, boot: str, fuse: Fuse, dice: random.Random, kind: type[Clerk], bad: float) -> None:
        self.boot, self.fuse, self.dice, self.visits, self.now = boot, fuse, dice, 0, 0.0
        self.platform = Platform(
            folder / "platform.db", reverse_refunds=dice.random() < 0.3, slow_refund=dice.random() < 0.3
        )
        line = FusedLine(
            self.platform, lambda: dice.choice(["no_request", "no_answer"]) if dice.random() < bad else "ok", fuse
        )
        store = audit.WatchedStore if kind is Clerk else Store
        self.store = store(folder / "ledger.db", reserve=0)
        self._watch_commits()
        self.clerk = kind(self.store, line, PUBLIC, lambda: self.now)
        for moved in self.clerk.recover():
            if isinstance(moved, OutputMoved) and moved.state is OutputState.INTENDED:
                row = self.store.read(Output, moved.output)
                assert row is not None
                self.paper(moved.output, row.item)

    def close(self) -> None:
        self.store.close()
        self.platform.close()

    def _watch_commits(self) -> None:
        db = self.store._db

        def before() -> bool:
            self.fuse()
            return False

        def after(connection: object, name: str, pages: int) -> int:
            self.fuse()
            if pages > 40:  # the hook replaces SQLite's own automatic checkpoint
                db.wal_checkpoint(name)
            return 0

        db.set_commit_hook(before)
        db.set_wal_hook(after)

    def paper(self, output: str, item: str) -> None:
        self.fuse()
        self.platform.paper_out(output, item)
        self.fuse()

    def visit(self) -> None:
        """One citizen, who may pay, give up, walk away; a printer that may fail in each way."""
        self.visits += 1
        order = f"{self.boot}-{self.visits}-1"
        self.platform.pays_at_once = self.dice.random() < 0.5
        moved = self.clerk.do(OpenOrder(order, f"item-{order}", "1", 2500, Secret("sample form")))
        for _ in range(self.dice.randrange(8)):
            if self.dice.random() < 0.4:
                self.platform.pay(order)
            moved += self.poll()
        if not any(one == OrderMoved(order, OrderState.PAID) for one in moved):
            self.platform.pay(order) if self.dice.random() < 0.3 else None
            self.clerk.do(CancelOrder(order))
        else:
            self.clerk.do(SettleOrder(order, self.serve(order)))
        for _ in range(self.dice.randrange(4)):
            self.poll()

    def serve(self, order: str) -> bool:
        """True: the citizen has it."""
        if self.dice.random() < 0.4 and not self.file(order):
            return False
        output = f"{self.boot}-{self.visits}-3"
        told = self.clerk.do(OpenOutput(output, f"item-{order}", "1", "digest", order))
        if OutputMoved(output, OutputState.INTENDED) not in told:
            return False
        match self.dice.randrange(5):
            case 0:
                self.clerk.do(MoveOutput(output, OutputState.RETRACTED, "PAPER_OUT"))
                return False
            case 1:
                if self.dice.random() < 0.5:
                    self.paper(output, f"item-{order}")
                self.clerk.do(MoveOutput(output, OutputState.UNKNOWN, "CUTTER"))
                return False
        self.paper(output, f"item-{order}")
        self.clerk.do(MoveOutput(output, OutputState.PRINTED))
        return True

    def file(self, order: str) -> bool:
        filing = f"{self.boot}-{self.visits}-2"
        self.clerk.do(OpenFiling(filing, f"item-{order}", "1", Secret("sample form"), order))
        self.platform.decide(filing, self.dice.random() < 0.7)
        for _ in range(6):
            self.poll()
        _, filings = self.store.evidence(order)
        return FilingState.ACCEPTED in filings

    def poll(self) -> list[Moved]:
        pause = self.clerk.pause()
        self.now += pause if pause < LONGEST_PAUSE else 1.0
        return self.clerk.poll()

    def rest(self) -> list[str]:
        """Platform reachable, nobody there: everything must come to its end. What is broken, as text."""
        for _ in range(5000):
            if self.clerk.pause() == LONGEST_PAUSE:
                break
            self.poll()
            self.platform.decide_all()
        return audit.settled(self.store, self.platform)


def forever(terminal: Terminal) -> None:
    while True:
        terminal.visit()


def run_child(folder: Path, boot: str, point: int, seed: int, kind: type[Clerk], plan: Plan, bad: float) -> int:
    """Fork a terminal that follows `plan` and dies at `point`. The parent gets its process id."""
    child = os.fork()
    if child:
        return child
    try:
        terminal = Terminal(folder, boot, Fuse(point), random.Random(seed), kind, bad)
        plan(terminal)
        terminal.close()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(3)


def survived(child: int) -> bool:
    """Wait for the child's end. True: it ran to the end of its plan; False: it was killed. Else AssertionError."""
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, f"died by signal {os.WTERMSIG(status)}"
        return False
    assert os.WEXITSTATUS(status) == 0, "the terminal broke (its own words stand above)"
    return True


def judge(folder: Path, kind: type[Clerk]) -> list[str]:
    """Start once more, undisturbed, let everything come to rest and look at the books."""
    terminal = Terminal(folder, "last", Fuse(0), random.Random(0), kind, 0.0)
    try:
        return [*terminal.store.notes, *terminal.rest()]
    finally:
        terminal.close()


def hunt(kills: int, seed: int, kind: type[Clerk] = Clerk, stop_at: str = "") -> tuple[int, list[str]]:
    """`kills` times: half at a counted point, half at a random moment. Number of kills done, and what is broken.

    `stop_at`: for a mutant, enough when a line that begins so is found; looked for every ten kills.
    """
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="ledger-crash-") as name:
        folder = Path(name)
        for count in range(1, kills + 1):
            by_point = dice.random() < 0.5
            point = dice.randrange(1, 70) if by_point else 0
            child = run_child(folder, f"b{count}", point, dice.getrandbits(32), kind, forever, 0.2)
            if not by_point:
                time.sleep(dice.uniform(0.001, 0.03))
                os.kill(child, signal.SIGKILL)
            survived(child)
            if stop_at and count % 10 == 0:
                broken = judge(folder, kind)
                if any(line.startswith(stop_at) for line in broken):
                    return count, broken
        return kills, judge(folder, kind)


def every_point(plan: Plan) -> tuple[int, list[str]]:
    """Kill one plan at its first point, at its second, and so on until it survives. Points, and what is broken."""
    broken: list[str] = []
    point = 0
    while True:
        point += 1
        with tempfile.TemporaryDirectory(prefix="ledger-crash-") as name:
            alive = survived(run_child(Path(name), "b", point, 1, Clerk, plan, 0.0))
            broken += [f"killed at point {point}: {line}" for line in judge(Path(name), Clerk)]
        if alive:
            return point - 1, broken


# --- plans for `every_point`: the short stories of one payment -----------------------------------------------


def bought_and_printed(terminal: Terminal) -> None:
    clerk = _paid(terminal)
    clerk.do(OpenFiling("b-1-2", "item-b-1-1", "1", Secret("sample form"), "b-1-1"))
    terminal.platform.decide_all()
    terminal.poll()
    clerk.do(OpenOutput("b-1-3", "item-b-1-1", "1", "digest", "b-1-1"))
    terminal.paper("b-1-3", "item-b-1-1")
    clerk.do(MoveOutput("b-1-3", OutputState.PRINTED))
    clerk.do(SettleOrder("b-1-1", delivered=True))


def paid_and_refunded(terminal: Terminal) -> None:
    clerk = _paid(terminal)
    clerk.do(OpenOutput("b-1-3", "item-b-1-1", "1", "digest", "b-1-1"))
    clerk.do(MoveOutput("b-1-3", OutputState.RETRACTED, "PAPER_OUT"))
    clerk.do(SettleOrder("b-1-1", delivered=False))


def cancelled_but_paid(terminal: Terminal) -> None:
    clerk = terminal.clerk
    clerk.do(OpenOrder("b-1-1", "item-b-1-1", "1", 2500, Secret("sample form")))
    terminal.platform.pay("b-1-1")
    clerk.do(CancelOrder("b-1-1"))
    terminal.poll()


def _paid(terminal: Terminal) -> Clerk:
    terminal.clerk.do(OpenOrder("b-1-1", "item-b-1-1", "1", 2500, Secret("sample form")))
    terminal.platform.pay("b-1-1")
    terminal.poll()
    return terminal.clerk


PLANS: dict[str, Plan] = {plan.__name__: plan for plan in (bought_and_printed, paid_and_refunded, cancelled_but_paid)}

# The line by which each mutant must be found.
SIGNS = {
    "FreshOrderNumber": "charged 2 times",
    "RowAfterTheCharge": "charged but unknown",
    "BlindReprint": "printed 2 times",
    "FreshRefundNumber": "refunded",
    "RefundInDoubt": "refunded although delivered",
    "DeafAfterCancel": "reversed, but charged",
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.ledger.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=400)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--mutant", choices=sorted(mutants.MUTANTS))
    parser.add_argument("--points", action="store_true", help="instead: kill each short story at each of its points")
    options = parser.parse_args(arguments)
    begun = time.monotonic()
    if options.points:
        done, broken = 0, []
        for name, plan in PLANS.items():
            points, found = every_point(plan)
            print(f"{name}: {points} points")
            done, broken = done + points, broken + found
    elif options.mutant:
        done, broken = hunt(options.kills, options.seed, mutants.MUTANTS[options.mutant], SIGNS[options.mutant])
    else:
        done, broken = hunt(options.kills, options.seed)
    print(f"{done} kills, seed {options.seed}, {time.monotonic() - begun:.1f} s, {len(broken)} broken")
    for line in broken[:20]:
        print(f"  {line}")
    if options.mutant:
        return 0 if any(line.startswith(SIGNS[options.mutant]) for line in broken) else 1
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
