"""Availability follows health: can this item be done here and now, and if not, why?"""

from __future__ import annotations

from kiosk.flow.items import Item
from kiosk.flow.state import Surroundings


def why_not(around: Surroundings, item: Item) -> str:
    """Empty when the item can be done; otherwise `hours`, `platform` or the device role that is missing."""
    if not item.hours.from_hour <= around.hour < item.hours.to_hour:
        return "hours"
    if not around.platform_up:
        return "platform"
    missing = (role.value for role in item.needs if not around.works(role))
    return next(missing, "")
