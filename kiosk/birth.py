"""What the terminal tells the fleet of itself at each connection."""

from __future__ import annotations

import platform

from kiosk.config import Config
from kiosk.fleet.messages import Birth, software
from kiosk.flow.items import Catalogue

VERSION = "0.1.0"  # of the runtime; a test holds it equal to pyproject.toml's


def birth(catalogue: Catalogue, settings: Config) -> Birth:
    """`boot` and `session` are the agent's to fill in."""
    return Birth(
        app=VERSION,
        os=software(platform.release()),
        hardware=software(platform.machine()),
        catalogue=catalogue.digest,
        items={item.id: item.version for item in catalogue.items},
        drivers={device.role.value: device.driver for device in settings.device},
        heartbeat_seconds=max(1, round(settings.fleet.heartbeat_seconds)),
    )
