"""The outbox: on disk until acknowledged, bounded, and alive after kill -9, a full disk and a damaged file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kiosk.ledger.outbox import Outbox, OutboxError

ROOT = Path(__file__).resolve().parents[2]


def test_entries_are_numbered_and_stay_until_they_are_acknowledged(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db")
    assert [outbox.append(body) for body in (b"a", b"b", b"c")] == [1, 2, 3]
    assert outbox.pending() == [(1, b"a"), (2, b"b"), (3, b"c")]
    assert outbox.pending(after=1, limit=1) == [(2, b"b")]
    assert outbox.acknowledge(outbox.epoch, 2) == 2
    assert outbox.pending() == [(3, b"c")]
    assert outbox.acknowledge(outbox.epoch, 2) == 0


def test_a_number_is_never_used_again(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db")
    outbox.append(b"a")
    outbox.acknowledge(outbox.epoch, 1)
    epoch = outbox.epoch
    outbox.close()
    again = Outbox(tmp_path / "outbox.db")
    assert again.epoch == epoch
    assert (again.last, len(again)) == (1, 0)
    assert again.append(b"b") == 2


def test_somebody_elses_acknowledgement_deletes_nothing(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db")
    outbox.append(b"a")
    assert outbox.acknowledge("0" * 32, 1) == 0
    assert outbox.acknowledge(outbox.epoch, 2) == 0  # was never given out
    assert len(outbox) == 1


def test_a_full_outbox_drops_the_oldest_and_counts_them(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox.db", limit=3)
    for body in (b"a", b"b", b"c", b"d", b"e"):
        outbox.append(body)
    assert outbox.pending() == [(3, b"c"), (4, b"d"), (5, b"e")]
    assert (outbox.dropped, outbox.full) == (2, True)
    outbox.close()
    outbox = Outbox(tmp_path / "outbox.db", limit=3)
    assert outbox.dropped == 2
    outbox.acknowledge(outbox.epoch, 5)
    outbox.append(b"2 were dropped", settles=2)
    assert outbox.dropped == 0
    outbox.close()
    assert Outbox(tmp_path / "outbox.db").dropped == 0


APPENDING = """
import sys
from kiosk.ledger.outbox import Outbox
outbox = Outbox(sys.argv[1])
while True:
    print(outbox.append(b"entry"), flush=True)
"""


def test_what_was_appended_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    kept = 0
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", APPENDING, str(path)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert child.stdout is not None
        for line in child.stdout:
            kept = int(line)
            if kept % 40 == 0:
                child.kill()
        child.wait()
        child.stdout.close()
    outbox = Outbox(path)
    numbers = [n for n, _ in outbox.pending(limit=10_000)]
    assert numbers == list(range(1, outbox.last + 1))
    assert kept <= outbox.last <= kept + 1  # the last one may have died between commit and print
    assert not outbox.damaged


FULL_DISK = """
import resource, signal, sys
from kiosk.ledger.outbox import Outbox, OutboxError
outbox = Outbox(sys.argv[1])
for _ in range(20): outbox.append(b"x" * 1000)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
kept = 20
try:
    while True:
        outbox.append(b"x" * 1000)
        kept += 1
except OutboxError as error:
    assert "rollback" not in str(error), error
    assert len(outbox) == outbox.last == kept
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert outbox.append(b"again") == kept + 1
print(kept + 1)
"""


def test_a_full_disk_is_an_error_and_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    command = [sys.executable, "-c", FULL_DISK, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    kept = int(subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE).stdout)
    assert [n for n, _ in Outbox(path).pending(limit=10_000)] == list(range(1, kept + 1))


@pytest.mark.parametrize("damage", [b"no database at all " * 300, b""])
def test_a_damaged_file_is_put_aside_and_said_to_be(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "outbox.db"
    outbox = Outbox(path)
    epoch = outbox.epoch
    outbox.append(b"a")
    outbox.close()
    path.write_bytes(damage)
    fresh = Outbox(path)
    assert fresh.epoch != epoch
    assert fresh.damaged == bool(damage)  # an empty file is a new outbox: the changed epoch alone tells of it
    assert Path(f"{path}.damaged").exists() == bool(damage)
    fresh.append(b"it was damaged", settles_damage=True)
    fresh.close()
    assert not Outbox(path).damaged


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutboxError, match="nowhere"):
        Outbox(tmp_path / "nowhere" / "outbox.db")


class OutboxModel(RuleBasedStateMachine):
    """The outbox beside a plain list, through restarts."""

    LIMIT = 5

    @initialize()
    def start(self) -> None:
        import tempfile

        self.directory = tempfile.TemporaryDirectory()
        self.outbox = Outbox(Path(self.directory.name) / "outbox.db", self.LIMIT)
        self.model: list[tuple[int, bytes]] = []
        self.last = self.dropped = 0

    @rule(body=st.binary(max_size=8))
    def append(self, body: bytes) -> None:
        self.last += 1
        assert self.outbox.append(body) == self.last
        self.model.append((self.last, body))
        while len(self.model) > self.LIMIT:
            self.model.pop(0)
            self.dropped += 1

    @rule(upto=st.integers(0, 12), ours=st.booleans())
    def acknowledge(self, upto: int, ours: bool) -> None:
        self.outbox.acknowledge(self.outbox.epoch if ours else "f" * 32, upto)
        if ours and upto <= self.last:
            self.model = [row for row in self.model if row[0] > upto]

    @rule()
    def settle(self) -> None:
        if self.dropped and len(self.model) < self.LIMIT:
            self.last += 1
            self.outbox.append(b"dropped", settles=self.dropped)
            self.model.append((self.last, b"dropped"))
            self.dropped = 0

    @rule()
    def restart(self) -> None:
        self.outbox.close()
        self.outbox = Outbox(Path(self.directory.name) / "outbox.db", self.LIMIT)

    @invariant()
    def equal(self) -> None:
        assert self.outbox.pending() == self.model
        assert len(self.outbox) == len(self.model)
        assert (self.outbox.last, self.outbox.dropped) == (self.last, self.dropped)

    def teardown(self) -> None:
        self.outbox.close()
        self.directory.cleanup()


TestOutboxModel = OutboxModel.TestCase
TestOutboxModel.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
