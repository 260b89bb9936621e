"""What changed between two pictures of the devices, as alerts: each fault once when it comes, once when it goes."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.devices import Role, Status
from kiosk.fleet.messages import FAULTS, Alert, Device
from kiosk.fleet.messages.fields import FaultCode, RoleName

Devices = Mapping[Role, Status]


def changes(before: Devices, after: Devices) -> list[Alert]:
    """Alerts in the order of roles, then codes. `after` may name some of the roles only: the others did not change."""
    found = []
    for role, status in after.items():
        old = set(_codes(before[role])) if role in before else set()
        new = set(_codes(status))
        for code in sorted(old ^ new):
            fault = FAULTS[code]
            found.append(Alert(role.value, code, code in new, fault.severity, fault.attention))
    return found


def unknown(devices: Devices) -> set[str]:
    """Fault codes that the fleet's table does not have: a driver's mistake, left out of alerts and heartbeats."""
    return {code for status in devices.values() for code in status.faults} - set(FAULTS)


def picture(devices: Devices) -> dict[RoleName, Device]:
    """The devices as a heartbeat shows them."""
    return {
        role.value: Device(status.condition.value, tuple(_codes(status)), status.paper.value)
        for role, status in devices.items()
    }


def _codes(status: Status) -> list[FaultCode]:
    return sorted(code for code in FAULTS if code in status.faults)
