"""The log: one JSON line an entry on standard error; codes and numbers alone, by allow-list.

A text passes only if it looks like a code, a path or a version and like no citizen's number; everything else
becomes `?`. Library loggers keep their name and level and lose their message.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback

_SAFE = re.compile(r"[A-Za-z0-9_.:/@=+-]{1,120}", re.ASCII)
_PERSONAL = re.compile(r"\d{11}")  # a phone number is the shortest number that names a person


def write(code: str, **fields: str | float | bool | None) -> None:
    """One entry. `code` is an enumerated event; field values that are not plainly technical become `?`."""
    entry = {"t": round(time.time(), 3), "code": _safe(code)}
    entry |= {name: _safe(value) if isinstance(value, str) else value for name, value in fields.items()}
    sys.stderr.write(json.dumps(entry, ensure_ascii=True) + "\n")
    sys.stderr.flush()


def crash(code: str, error: BaseException, **fields: str | float | bool | None) -> None:
    """An exception: its class and where it was raised; never its message, which may quote a value."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    where = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames))
    write(code, error=type(error).__name__, **fields)
    for number, place in enumerate(where.split(" < ")):
        if place:
            write(f"{code}.at", depth=number, place=place)


def _safe(text: str) -> str:
    return text if _SAFE.fullmatch(text) and not _PERSONAL.search(text) else "?"


class _NamesOnly(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raised = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        write("library", logger=record.name, level=record.levelname, error=raised)


def install() -> None:
    """Route every library's logging and every uncaught exception through the allow-list."""
    root = logging.getLogger()
    root.handlers[:] = [_NamesOnly(logging.WARNING)]
    root.setLevel(logging.WARNING)
    sys.excepthook = lambda _kind, error, _trace: crash("uncaught", error)
