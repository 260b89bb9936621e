"""Everything a machine can ask the Runtime to do, as values."""

from __future__ import annotations

from msgspec import Struct

from kiosk.devices import Command, Role
from kiosk.document import Document
from kiosk.events import Ref
from kiosk.page import PAGES
from kiosk.platform import Question
from kiosk.records import Record


class Show(Struct, frozen=True, tag=True):
    """One page at a time."""

    page: PAGES


class Use(Struct, frozen=True, tag=True):
    """A command to the device of a role; its reports carry `ref` until the next Use of that role."""

    ref: Ref
    role: Role
    command: Command


class Ask(Struct, frozen=True, tag=True):
    """A question to the platform; one `Answered` with the same `ref` comes back."""

    ref: Ref
    question: Question


class Keep(Struct, frozen=True, tag=True):
    """A record for the ledger; a `Recorded` with the same `ref` comes back for each move of that row."""

    ref: Ref
    record: Record


class Deliver(Struct, frozen=True, tag=True):
    """Intent to disk, then paper, then the outcome to disk: `Recorded(OutputMoved)` after each."""

    ref: Ref
    output: str
    item: str
    version: str
    document: Document
    digest: str
    order: str = ""
    filing: str = ""


class Usage(Struct, frozen=True, tag=True):
    """What the fleet learns of a visit: counts and codes, nothing personal."""

    item: str
    version: str
    outcome: str  # done, gave_up, timed_out, failed
    reason: str = ""  # one-tap reason or failure code
    step: str = ""  # kind of the step it ended in
    duration_ms: int = 0
    lang: str = "zh"
    grade: int = 0  # 好差评, 0 = not given
    fields_shown: int = 0
    fields_prefilled: int = 0
    reviewed: str = ""  # pre-review: "", passed, found
    accepted_first: bool = False  # accepted at first submission


class Wipe(Struct, frozen=True, tag=True):
    """The visit is over: every holder of its values forgets them now."""

    visit: int


Effect = Show | Use | Ask | Keep | Deliver | Usage | Wipe
