"""One folder a device. This module finds them by name; `drivers/README.md` says how to add one."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import msgspec
from msgspec import Struct

from kiosk.devices import Driver, Role

if TYPE_CHECKING:
    from drivers.far_end import FakeDevice

_HERE = Path(__file__).parent


class DriverUnknown(LookupError):
    """No driver of that name: one line that lists the names there are."""


class About(Struct, frozen=True, forbid_unknown_fields=True):
    """A driver's `device.toml`.

    tested_with: the models it ran on, or "not yet on hardware: written from ...". isolation: a thread of the
    runtime, or a child process for native code that may crash or hang.
    """

    title: str
    roles: tuple[Role, ...]
    tested_with: str
    isolation: Literal["thread", "process"]
    url_example: str


def names() -> tuple[str, ...]:
    """Every driver folder, sorted."""
    return tuple(sorted(file.parent.name for file in _HERE.glob("*/device.toml")))


def about(name: str) -> About:
    """What a driver says of itself. Raises DriverUnknown; ValueError for a broken `device.toml`."""
    file = _folder(name) / "device.toml"
    try:
        return msgspec.toml.decode(file.read_bytes(), type=About)
    except (OSError, msgspec.MsgspecError) as error:
        raise ValueError(f"{file}: {error}") from None


def load(driver: str, url: str) -> Driver:
    """Make a driver for the device at `url`; nothing is opened yet. Raises DriverUnknown, drivers.link.UrlError."""
    _folder(driver)
    module = importlib.import_module(f"drivers.{driver}.driver")
    return cast(Driver, module.create(url))


def fake(name: str) -> type[FakeDevice]:
    """The far end of a driver's cable: the FakeDevice that its `fake.py` defines. Raises DriverUnknown."""
    from drivers.far_end import FakeDevice

    _folder(name)
    module = importlib.import_module(f"drivers.{name}.fake")
    found = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, FakeDevice) and thing.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise ValueError(f"{module.__file__}: must define exactly one FakeDevice, defines {len(found)}")
    return found[0]


def _folder(name: str) -> Path:
    if name not in names():
        raise DriverUnknown(f"no driver {name!r}; drivers/ has: {', '.join(names()) or 'none'}")
    return _HERE / name
