"""The fleet's alarm table: every device fault, how bad it is and who has to come.

The codes and who comes are those of the device contract (`kiosk.devices.FAULTS`); they stand here a second time because
the console carries this package alone. A test keeps the two equal.
"""

from __future__ import annotations

from msgspec import Struct

from kiosk.fleet.messages.fields import AttentionName, FaultCode, SeverityName


class Fault(Struct, frozen=True):
    """severity: critical = the device cannot be used, warning = it soon cannot, info = it mends itself."""

    severity: SeverityName
    attention: AttentionName


FAULTS: dict[FaultCode, Fault] = {
    "NO_DEVICE": Fault("critical", "engineer"),
    "NO_ANSWER": Fault("critical", "engineer"),
    "PROTOCOL": Fault("critical", "engineer"),
    "SAM_FAILED": Fault("critical", "engineer"),
    "PAPER_LOW": Fault("warning", "attendant"),
    "PAPER_OUT": Fault("critical", "attendant"),
    "COVER_OPEN": Fault("critical", "attendant"),
    "CUTTER": Fault("critical", "engineer"),
    "HEAD_HOT": Fault("info", "nobody"),
    "UNRECOVERABLE": Fault("critical", "engineer"),
    "OFFLINE": Fault("critical", "attendant"),
}
