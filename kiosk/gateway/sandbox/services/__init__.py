"""The service items (事项) that the sandbox can do."""

from __future__ import annotations

from kiosk.gateway.sandbox.core import Refused
from kiosk.gateway.sandbox.services.property_register import PropertyRegisterQuery
from kiosk.gateway.sandbox.services.residence import ResidenceEndorsement
from kiosk.gateway.sandbox.services.service import Service
from kiosk.gateway.sandbox.services.social_insurance import SocialInsuranceRecord
from kiosk.gateway.sandbox.store import Subject
from kiosk.gateway.wire import RefusalCode

SERVICES: dict[str, Service] = {
    service.item: service for service in (SocialInsuranceRecord(), ResidenceEndorsement(), PropertyRegisterQuery())
}


def named(item: str) -> Service:
    """Refused ITEM_UNKNOWN."""
    if item not in SERVICES:
        raise Refused(RefusalCode.ITEM_UNKNOWN)
    return SERVICES[item]


def allowed(item: str, subject: Subject) -> Service:
    """The service, if the subject's assurance is enough for it. Refused ITEM_UNKNOWN or ASSURANCE."""
    service = named(item)
    if subject.assurance < service.assurance:
        raise Refused(RefusalCode.ASSURANCE)
    return service
