"""A Page: a closed set of typed kinds that carry every word they show and speak.

Screens hold no sentence and no state but focus and composition. A `str` may be seen by everyone, a `Secret` by
this citizen alone. A page that only refreshes (a countdown, a status) keeps its number `n`; a new question gets
a new number, and taps that carry an older number are dropped.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from kiosk.document import Document
from kiosk.secret import Secret, Words

Style = Literal["primary", "plain", "quiet", "danger"]
Tone = Literal["info", "success", "warning", "error"]
Lang = Literal["zh", "en"]


class Button(Struct, frozen=True):
    """`key` comes back in `Chose`. `icon` is a name of the screens' icon set or empty."""

    key: str
    label: Words
    icon: str = ""
    style: Style = "plain"
    enabled: bool = True


class Option(Struct, frozen=True):
    """One of several answers, as a large row or card. `note` is a second, smaller line."""

    key: str
    label: Words
    note: Words = ""
    icon: str = ""
    chosen: bool = False
    enabled: bool = True


class Tile(Struct, frozen=True):
    """An item on the home page. When not `available`, `note` says why and where else."""

    key: str
    title: str
    summary: str
    icon: str
    available: bool = True
    note: str = ""


class Row(Struct, frozen=True):
    """A label, its value and where the value came from. `change` is the key of its change link, or empty."""

    label: str
    value: Words
    source: str = ""
    change: str = ""
    change_label: str = ""
    problem: str = ""


class Clause(Struct, frozen=True):
    heading: str
    body: str


class Alert(Struct, frozen=True):
    """The summary at the top of a page: what happened and what to do next; `code` is small, for staff."""

    tone: Tone
    text: str
    code: str = ""


class Steps(Struct, frozen=True):
    """Where am I: `label` says it in words (第 2 步，共 5 步), `names` are all steps, `at` counts from 0."""

    label: str
    names: tuple[str, ...]
    at: int


class Page(Struct, frozen=True, tag_field="kind", tag=str.lower, kw_only=True):
    """What every kind shares. `question` names what is asked; the Terminal numbers pages by it.

    `bar` holds the keys that stand at the same place on every page: back, exit, help, language, in this order
    of slots; a missing one leaves its slot empty. `actions` are the page's own keys, primary one last.
    """

    n: int = 0
    lang: Lang = "zh"
    question: str = ""
    place: str = ""  # the service point's name
    banner: str = ""  # sandbox note: shown on every page, never hidden
    title: str = ""
    lead: Words = ""
    steps: Steps | None = None
    alert: Alert | None = None
    actions: tuple[Button, ...] = ()
    bar: tuple[Button, ...] = ()
    speech: tuple[Words, ...] = ()


class Attract(Page, frozen=True, kw_only=True):
    """Nobody is here. The whole page is one target, key `start`."""

    points: tuple[str, ...]
    invite: str


class Home(Page, frozen=True, kw_only=True):
    """The items, and a search key. `pending`: "payment interrupted here?", or None."""

    tiles: tuple[Tile, ...]
    search: Button
    pending: Button | None = None


class Search(Page, frozen=True, kw_only=True):
    """Letters in, items out. The query is edited by `pad`; `empty` is said when nothing fits."""

    query: str
    hint: str
    tiles: tuple[Tile, ...]
    empty: str


class Identify(Page, frozen=True, kw_only=True):
    """Show a card or a code now. `picture` says which; `hints` are short numbered instructions."""

    picture: Literal["card", "code"]
    hints: tuple[str, ...]


class Consent(Page, frozen=True, kw_only=True):
    clauses: tuple[Clause, ...]


class Form(Page, frozen=True, kw_only=True):
    """The form as rows, each with its value and source; `summary` counts what was prefilled."""

    rows: tuple[Row, ...]
    summary: str = ""


class Entry(Page, frozen=True, kw_only=True):
    """One field. pad `none`: choose an option (key `option:<value>`); otherwise type on the pad, then confirm."""

    field: str
    value: Words
    pad: Literal["none", "digits", "letters"]
    options: tuple[Option, ...] = ()
    hint: str = ""
    max_length: int = 30


class Check(Page, frozen=True, kw_only=True):
    """Check answers before they leave; `effect` says what confirming does, amount included."""

    rows: tuple[Row, ...]
    effect: str


class Wait(Page, frozen=True, kw_only=True):
    """Something is happening; `doing` says what. After a while `actions` offer another way."""

    picture: Literal["platform", "card", "print", "pay"]
    doing: str


class Pay(Page, frozen=True, kw_only=True):
    """The citizen's phone scans `qr`. `amount` is written out (¥10.00)."""

    amount: str
    payee: str
    qr: str
    hints: tuple[str, ...]
    remaining: str = ""


class Preview(Page, frozen=True, kw_only=True):
    document: Document


class Take(Page, frozen=True, kw_only=True):
    """Paper is out (or a card is left): take your things."""

    picture: Literal["paper", "card"]
    hints: tuple[str, ...]
    remaining: str = ""


class Rate(Page, frozen=True, kw_only=True):
    """好差评: five grades (keys `grade:5` .. `grade:1`), voluntary."""

    grades: tuple[Option, ...]


class Choose(Page, frozen=True, kw_only=True):
    """One question, a few answers (key `option:<value>`): why one leaves, which way to go on."""

    options: tuple[Option, ...]


class Done(Page, frozen=True, kw_only=True):
    """Finished: number, what happens next."""

    rows: tuple[Row, ...]
    hints: tuple[str, ...]
    remaining: str = ""


class Problem(Page, frozen=True, kw_only=True):
    """It cannot go on this way: what happened is the alert, `hints` say what to do, `actions` lead on."""

    hints: tuple[str, ...]


class Timeout(Page, frozen=True, kw_only=True):
    """Are you still there? `seconds` left; any touch extends."""

    seconds: int


class OutOfService(Page, frozen=True, kw_only=True):
    """Nothing works here now, and where else it does."""

    hints: tuple[str, ...]


PAGES = (
    Attract
    | Home
    | Search
    | Identify
    | Consent
    | Form
    | Entry
    | Check
    | Wait
    | Pay
    | Preview
    | Take
    | Rate
    | Choose
    | Done
    | Problem
    | Timeout
    | OutOfService
)

__all__ = [
    "PAGES",
    "Alert",
    "Attract",
    "Button",
    "Check",
    "Choose",
    "Clause",
    "Consent",
    "Done",
    "Entry",
    "Form",
    "Home",
    "Identify",
    "Lang",
    "Option",
    "OutOfService",
    "Page",
    "Pay",
    "Preview",
    "Problem",
    "Rate",
    "Row",
    "Search",
    "Secret",
    "Steps",
    "Take",
    "Tile",
    "Timeout",
    "Wait",
]
