"""What the store knows, for people (lines of text) and programs (JSON lines)."""

from __future__ import annotations

import time
from datetime import datetime

import msgspec

from console.store import EventRow, Store, TerminalRow

_SILENT_AFTER = 3  # heartbeats missed in a row


def events(store: Store, terminal: str, limit: int, as_json: bool) -> list[str]:
    """One line an event, in the order in which they came."""
    return [_json(row) if as_json else _event_line(row) for row in store.events(terminal, limit)]


def terminals(store: Store, as_json: bool) -> list[str]:
    """One line a terminal, by name; for people with a heading."""
    now = int(time.time() * 1000)
    rows = store.terminals()
    if as_json:
        return [msgspec.json.encode({"status": status(row, now), **msgspec.to_builtins(row)}).decode() for row in rows]
    cells: list[tuple[str, ...]] = [
        ("terminal", "status", "state", "seen", "events", "missing", "waiting", "app", "devices")
    ]
    cells += [_terminal_cells(row, now) for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    aside = store.poisoned()
    return lines + ([f"{aside} messages were not understood and put aside"] if aside else [])


def status(row: TerminalRow, now: int) -> str:
    """on, off, lost, unknown, or silent: said to be on, but its heartbeats no longer come. now: Unix milliseconds."""
    patience = _SILENT_AFTER * (row.birth.heartbeat_seconds if row.birth else 30) * 1000
    return "silent" if row.presence == "on" and now - row.seen_at > patience else row.presence


def _event_line(row: EventRow) -> str:
    fields = msgspec.to_builtins(row.entry.event)
    kind = fields.pop("type")
    words = " ".join(f"{name}={value}" for name, value in fields.items())
    return f"{_clock(row.received_at)}  {row.terminal}  #{row.n}  {kind}  {words}"


def _terminal_cells(row: TerminalRow, now: int) -> tuple[str, ...]:
    heartbeat = row.heartbeat
    devices = heartbeat.devices.items() if heartbeat else ()
    return (
        row.terminal,
        status(row, now),
        heartbeat.state if heartbeat else "-",
        _clock(row.seen_at),
        str(row.events),
        str(row.missing),
        str(heartbeat.waiting) if heartbeat else "-",
        row.birth.app if row.birth else "-",
        " ".join(f"{role}:{','.join(device.faults) or device.condition}" for role, device in devices) or "-",
    )


def _json(row: EventRow) -> str:
    return msgspec.json.encode(row).decode()


def _clock(at: int) -> str:
    return datetime.fromtimestamp(at / 1000).astimezone().strftime("%Y-%m-%d %H:%M:%S")
