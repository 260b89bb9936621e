"""Everything that can happen, as values. One queue carries them to the pure machines.

`at` is monotonic seconds, stamped by the Runtime when the event enters the queue; machines know no other clock.
"""

from __future__ import annotations

from msgspec import Struct

from kiosk.devices import Report, Role
from kiosk.platform import Answer
from kiosk.records import Moved
from kiosk.secret import Secret


class Ref(Struct, frozen=True):
    """Which effect an outcome belongs to: visit number and the visit's own count. Visit 0 is the terminal."""

    visit: int
    n: int


class Event(Struct, frozen=True, tag=True, kw_only=True):
    at: float = 0.0


# --- from the screen ----------------------------------------------------------------------------------------


class Chose(Event, frozen=True, kw_only=True):
    """A button was tapped. `page` is the number of the Page it stood on: taps on an older page are dropped."""

    page: int
    key: str


class Edited(Event, frozen=True, kw_only=True):
    """A field's text changed by one committed edit (a key of the on-screen pad, a choice)."""

    page: int
    field: str
    value: Secret


class Touched(Event, frozen=True, kw_only=True):
    """A finger came down anywhere: somebody is there."""


# --- from devices, platform, ledger -------------------------------------------------------------------------


class Reported(Event, frozen=True, kw_only=True):
    """A device said something. `ref` is the effect that armed or commanded it, None when it spoke by itself."""

    role: Role
    report: Report
    ref: Ref | None = None


class Answered(Event, frozen=True, kw_only=True):
    """The platform answered a question, or refused, or could not be reached."""

    ref: Ref
    answer: Answer


class Recorded(Event, frozen=True, kw_only=True):
    """A ledger row moved. Delivered to the visit that opened it, while it lasts."""

    ref: Ref
    moved: Moved


class PlatformSeen(Event, frozen=True, kw_only=True):
    """The periodic health check of the platform changed its mind."""

    up: bool


# --- the terminal itself ------------------------------------------------------------------------------------


class Started(Event, frozen=True, kw_only=True):
    """The runtime is up: screen shown, ledger recovered. `boot` is random, once a start."""

    boot: str
    hour: int  # local hour of the day, for service hours


class Hour(Event, frozen=True, kw_only=True):
    """The local hour changed (service hours follow it)."""

    hour: int


class Tick(Event, frozen=True, kw_only=True):
    """A deadline that a machine named is due. Sent only when one is."""


class Broken(Event, frozen=True, kw_only=True):
    """A part of the runtime has died and stays dead until the process is started anew."""

    part: str


ScreenEvent = Chose | Edited | Touched
