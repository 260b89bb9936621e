"""不动产登记信息查询: needs card and code, costs a fee, tells about one's own properties alone."""

from __future__ import annotations

import hashlib

from kiosk.gateway.sandbox.core import Refused
from kiosk.gateway.sandbox.people import Person, Property
from kiosk.gateway.sandbox.services.service import Paper, known_of, laid_out, value_of
from kiosk.gateway.wire import (
    Block,
    Document,
    Finding,
    FormValue,
    Option,
    Pair,
    Personal,
    PrefillValue,
    RefusalCode,
    Text,
)
from kiosk.platform import Assurance

_PURPOSES = {
    "self": ("自己了解", "Own information"),
    "school": ("子女入学", "School enrolment"),
    "loan": ("办理贷款", "A loan"),
    "court": ("诉讼", "A court case"),
    "other": ("其他", "Something else"),
}
_REGISTER = Text("不动产登记库（样例）", "Real property register (sample)")


class PropertyRegisterQuery:
    item = "property-register-query"
    title = Text("不动产登记信息查询结果证明", "Real property register extract")
    assurance = Assurance.CARD_AND_CODE
    takes_filings = False

    def prefill(self, person: Person) -> dict[str, PrefillValue]:
        if not person.properties:
            raise Refused(RefusalCode.NOTHING_FOUND)
        options = [
            Option(value=handle(owned), label=Personal(owned.address), note=Personal(owned.number))
            for owned in person.properties
        ]
        only = options[0].value if len(options) == 1 else ""
        return {**known_of(person), "property": PrefillValue("property", only, "registry", _REGISTER, options)}

    def check(self, person: Person, values: tuple[FormValue, ...]) -> None:
        _chosen(person, values)
        if not 0 < len(value_of(values, "purpose")) <= 40:
            raise Refused(RefusalCode.VALUES)

    def fee_fen(self, values: tuple[FormValue, ...]) -> int:
        """A sample fee; free for court cases."""
        return 0 if value_of(values, "purpose") == "court" else 10_00

    def review(self, person: Person, values: tuple[FormValue, ...]) -> list[Finding]:
        return []

    def paper(self, person: Person, values: tuple[FormValue, ...], paper: Paper) -> Document:
        owned = _chosen(person, values)
        purpose = value_of(values, "purpose")
        say = paper.say
        content: list[Block] = [
            Pair(say("不动产权证号", "Certificate number"), Personal(owned.number)),
            Pair(say("坐落", "Location"), Personal(owned.address)),
            Pair(say("建筑面积", "Floor area"), Personal(f"{owned.area_m2:g} m²")),
            Pair(say("规划用途", "Land use"), Personal(owned.use)),
            Pair(say("共有情况", "Ownership"), Personal(owned.share)),
            Pair(say("登记日期", "Registered"), Personal(owned.registered)),
            Pair(say("抵押、查封", "Encumbrance"), Personal(owned.encumbrance)),
            Pair(say("查询用途", "Asked for"), say(*_PURPOSES.get(purpose, (purpose, purpose)))),
        ]
        return laid_out(say(self.title.zh, self.title.en), person, paper, content)


def handle(owned: Property) -> str:
    """What stands for a property in a form: opaque, because a choice's value may be logged, its label not."""
    return f"p-{hashlib.sha256(owned.number.encode()).hexdigest()[:12]}"


def _chosen(person: Person, values: tuple[FormValue, ...]) -> Property:
    """The person's own property that the form names: nobody asks about another's. Refused VALUES."""
    wanted = value_of(values, "property")
    for owned in person.properties:
        if handle(owned) == wanted:
            return owned
    raise Refused(RefusalCode.VALUES)
