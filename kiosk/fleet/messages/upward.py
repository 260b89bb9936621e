"""What a terminal tells the fleet. Closed: an unknown field is refused, so nothing can ride along.

A batch carries its entries undecoded: one entry that a receiver cannot read must not hold up the others.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Raw, Struct

from kiosk.fleet.messages.fields import (
    AttentionName,
    Code,
    ConditionName,
    Count,
    Digest,
    DriverName,
    FaultCode,
    Grade,
    ItemId,
    ItemVersion,
    LevelName,
    RandomId,
    RoleName,
    Sequence,
    SeverityName,
    Software,
    TerminalState,
    UnixMilliseconds,
    V,
)

# --- who and how: retained or replaced by the next one --------------------------------------------------------


class Device(Struct, frozen=True, forbid_unknown_fields=True):
    """One device as it is now; `faults` sorted."""

    condition: ConditionName
    faults: tuple[FaultCode, ...] = ()
    paper: LevelName = "unknown"


class Birth(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """up/birth, retained: the terminal describes itself in full once a connection.

    boot: random id of this start of the runtime; session: connections counted within it. Both are filled in by the
    agent. app, os, hardware: versions and models. catalogue: SHA-256 of the compiled catalogue. items: id -> version of
    every item on offer; an event may name no other. drivers: role -> folder of the driver. heartbeat_seconds: how often
    to expect up/hb.
    """

    v: V = 1
    boot: RandomId = "0" * 32
    session: Count = 0
    app: Software
    os: Software
    hardware: Software
    catalogue: Digest
    items: dict[ItemId, ItemVersion] = {}
    drivers: dict[RoleName, DriverName] = {}
    heartbeat_seconds: Count = 30


class Presence(Struct, frozen=True, forbid_unknown_fields=True):
    """up/online and f1/state, retained. on: here; off: left in good order; lost: its will, sent by the broker."""

    state: Literal["on", "off", "lost"]
    boot: RandomId
    session: Count
    v: V = 1


class Heartbeat(Struct, frozen=True, forbid_unknown_fields=True):
    """up/hb, QoS 0, expires: the terminal as it is now. Small and whole rather than what changed, for any may be lost.

    beat: counted within the boot. uptime: seconds. waiting: events not yet acknowledged by the fleet.
    """

    boot: RandomId
    beat: Count
    uptime: Count
    state: TerminalState
    devices: dict[RoleName, Device] = {}
    waiting: Count = 0
    v: V = 1


# --- events: numbered, kept until acknowledged ----------------------------------------------------------------


class Usage(Struct, frozen=True, forbid_unknown_fields=True, tag="usage", omit_defaults=True):
    """One item of one visit: field by field `kiosk.effects.Usage` (a test keeps them equal)."""

    item: ItemId
    version: ItemVersion
    outcome: Literal["done", "gave_up", "timed_out", "failed"]
    reason: Code = ""
    step: Literal[
        "", "identify", "consent", "form", "check", "prereview", "pay", "submit", "fetch", "preview", "print", "rate"
    ] = ""
    duration_ms: Count = 0
    lang: Literal["zh", "en"] = "zh"
    grade: Grade = 0
    fields_shown: Count = 0
    fields_prefilled: Count = 0
    reviewed: Literal["", "passed", "found"] = ""
    accepted_first: bool = False


class Alert(Struct, frozen=True, forbid_unknown_fields=True, tag="alert"):
    """A device fault came (raised) or went. It lasts until cleared or until the next boot, which reports afresh."""

    role: RoleName
    code: FaultCode
    raised: bool
    severity: SeverityName
    attention: AttentionName


class Terminal(Struct, frozen=True, forbid_unknown_fields=True, tag="terminal"):
    """The terminal as a whole changed its state."""

    state: TerminalState


class Dropped(Struct, frozen=True, forbid_unknown_fields=True, tag="dropped"):
    """Events that never will arrive. full: outbox or disk had no room for them. damaged: the outbox began afresh."""

    reason: Literal["full", "damaged"]
    count: Count


Event = Usage | Alert | Terminal | Dropped


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """One event as the outbox keeps it. at: the terminal's own clock, Unix milliseconds; it may be wrong."""

    at: UnixMilliseconds
    boot: RandomId
    event: Event
    v: V = 1


class Numbered(Struct, frozen=True, forbid_unknown_fields=True):
    """n counts within the outbox's epoch and is never used twice."""

    n: Sequence
    entry: Raw


class Batch(Struct, frozen=True, forbid_unknown_fields=True):
    """up/ev: entries in ascending order. epoch: random id of the outbox's life."""

    epoch: RandomId
    entries: tuple[Numbered, ...]
    v: V = 1
