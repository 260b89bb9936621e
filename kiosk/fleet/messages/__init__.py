"""What terminal and fleet say to each other over MQTT: topics, payloads, fault codes. Needs msgspec only."""

from kiosk.fleet.messages.codes import FAULTS, Fault
from kiosk.fleet.messages.downward import Ack
from kiosk.fleet.messages.fields import software
from kiosk.fleet.messages.upward import (
    Alert,
    Batch,
    Birth,
    Device,
    Dropped,
    Entry,
    Event,
    Heartbeat,
    Numbered,
    Presence,
    Terminal,
    Usage,
)
from kiosk.fleet.messages.wire import (
    MAX_BATCH,
    MAX_ENTRIES,
    MAX_ENTRY,
    MAX_MESSAGE,
    MessageError,
    batch,
    decode,
    encode,
    usage,
)

__all__ = [
    "FAULTS",
    "MAX_BATCH",
    "MAX_ENTRIES",
    "MAX_ENTRY",
    "MAX_MESSAGE",
    "Ack",
    "Alert",
    "Batch",
    "Birth",
    "Device",
    "Dropped",
    "Entry",
    "Event",
    "Fault",
    "Heartbeat",
    "MessageError",
    "Numbered",
    "Presence",
    "Terminal",
    "Usage",
    "batch",
    "decode",
    "encode",
    "software",
    "usage",
]
