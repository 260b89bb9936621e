"""The contract between the runtime and every device driver: roles, states, commands, and what `Driver` does.

States and "who has to come" follow the self-service field's own (XFS4IoT `Common.Status` and
`Common.ErrorEvent`): one vocabulary from the driver to the citizen's sentence and the fleet's alarm.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Literal, Protocol

from msgspec import Struct

from kiosk.document import Document
from kiosk.secret import Secret


class Role(enum.StrEnum):
    """What a device is for. An item declares the roles it needs; a config names one driver a role."""

    CARD_READER = "card_reader"
    CODE_SCANNER = "code_scanner"
    RECEIPT_PRINTER = "receipt_printer"


class Condition(enum.StrEnum):
    ONLINE = "online"  # ready
    OFFLINE = "offline"  # there, but does not answer or is switched off-line
    NO_DEVICE = "no_device"  # the port or address is not there
    USER_ACTION = "user_action"  # cover open, paper out: a person mends it
    HARDWARE_ERROR = "hardware_error"  # cutter, head, SAM failure


class Level(enum.StrEnum):
    """How much of a consumable is left. UNKNOWN when nothing answered: never guessed."""

    FULL = "full"
    LOW = "low"
    OUT = "out"
    UNKNOWN = "unknown"


class Attention(enum.StrEnum):
    NOBODY = "nobody"
    ATTENDANT = "attendant"
    ENGINEER = "engineer"


class Status(Struct, frozen=True):
    """One device as it is now. `faults` are enumerated codes of `kiosk.devices.FAULTS`, sorted."""

    condition: Condition
    faults: tuple[str, ...] = ()
    paper: Level = Level.UNKNOWN

    @property
    def attention(self) -> Attention:
        """Who has to come: the heaviest of the faults' own answers."""
        return max((FAULTS[code] for code in self.faults), key=_WEIGHT.__getitem__, default=Attention.NOBODY)


# Every fault a driver may report, and who has to come for it. The fleet's alarm table is made from this one.
FAULTS: dict[str, Attention] = {
    "NO_DEVICE": Attention.ENGINEER,
    "NO_ANSWER": Attention.ENGINEER,
    "PROTOCOL": Attention.ENGINEER,
    "SAM_FAILED": Attention.ENGINEER,
    "PAPER_LOW": Attention.ATTENDANT,
    "PAPER_OUT": Attention.ATTENDANT,
    "COVER_OPEN": Attention.ATTENDANT,
    "CUTTER": Attention.ENGINEER,
    "HEAD_HOT": Attention.NOBODY,
    "UNRECOVERABLE": Attention.ENGINEER,
    "OFFLINE": Attention.ATTENDANT,
}
_WEIGHT = {Attention.NOBODY: 0, Attention.ATTENDANT: 1, Attention.ENGINEER: 2}


class DeviceError(Exception):
    """A device that failed. `code` is one of FAULTS; `hint` is for the technician and holds nothing personal."""

    def __init__(self, code: str, hint: str = "") -> None:
        super().__init__(f"{code}: {hint}" if hint else code)
        self.code = code
        self.hint = hint


# --- what a citizen's card or code says ---------------------------------------------------------------------

CardKind = Literal["resident", "permit", "foreign_2017", "foreign_2023"]


class Card(Struct, frozen=True):
    """An identity card as read. Dates are `yyyymmdd`; `valid_to` may be `长期`.

    kind: resident (居民身份证), permit (港澳台居民居住证), foreign_2017 / foreign_2023 (外国人永久居留身份证).
    """

    kind: CardKind
    number: Secret
    name: Secret
    birth: Secret
    sex: Secret
    nation: Secret
    address: Secret
    issuer: Secret
    valid_from: Secret
    valid_to: Secret
    english_name: Secret = Secret("")


# --- commands to a device, and what it reports --------------------------------------------------------------


class Arm(Struct, frozen=True, tag=True):
    """Listen for one card or one code from now on. An armed reader reports each new card once."""


class Disarm(Struct, frozen=True, tag=True):
    """Stop listening; whatever is still on its way is dropped by the driver."""


class Print(Struct, frozen=True, tag=True):
    """Put a document on paper. Answered by exactly one `Printed` or `PrintFailed`."""

    document: Document


Command = Arm | Disarm | Print


class CardSeen(Struct, frozen=True, tag=True):
    card: Card


class CardProblem(Struct, frozen=True, tag=True):
    """A card is there but could not be read. code: MOVED (pulled away), UNREADABLE, UNKNOWN_KIND, REJECTED."""

    code: str


class CardLeft(Struct, frozen=True, tag=True):
    """The card that was seen has left the reader's field."""


class CodeSeen(Struct, frozen=True, tag=True):
    text: Secret


class CodeProblem(Struct, frozen=True, tag=True):
    """code: TOO_LONG, NOT_TEXT."""

    code: str


class Printed(Struct, frozen=True, tag=True):
    """The status after the job says that the paper is out."""


class PrintFailed(Struct, frozen=True, tag=True):
    """certain: nothing came out (the job may be repeated); otherwise some of it may be on paper."""

    code: str
    certain: bool


class PaperTaken(Struct, frozen=True, tag=True):
    """The citizen took the paper (only printers with a sensor say so)."""


class StatusChanged(Struct, frozen=True, tag=True):
    status: Status


Report = CardSeen | CardProblem | CardLeft | CodeSeen | CodeProblem | Printed | PrintFailed | PaperTaken | StatusChanged


class Driver(Protocol):
    """Blocking code for one device; its Worker calls it from one thread and owns its life.

    The Worker opens it (again and again, if need be), then alternates: a command from the inbox goes to
    `do`, otherwise `poll` runs. Each call ends by itself after the device's own time-outs (a card read takes some
    three seconds). Any method may raise DeviceError or
    OSError: the Worker then closes the driver, reports the status, and opens it again later.
    """

    role: Role

    def open(self) -> Status: ...

    def close(self) -> None: ...

    def do(self, command: Command) -> Iterable[Report]: ...

    def poll(self) -> Iterable[Report]: ...

    def pause(self) -> float:
        """Seconds the Worker may wait for a command before the next `poll` (short while armed)."""
        ...
