"""The contract, the structs and the routes say the same, and what really goes over the wire fits them."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from kiosk.gateway import wire
from kiosk.gateway.sandbox import api
from kiosk.gateway.wire import RefusalCode

CONTRACT = yaml.safe_load((Path(wire.__file__).parent / "contract.yaml").read_text(encoding="utf-8"))
SCHEMAS = CONTRACT["components"]["schemas"]
REGISTRY = Registry().with_resource("contract", Resource.from_contents(CONTRACT, DRAFT202012))
METHODS = ("get", "put", "post", "delete", "patch")


def wire_types() -> list[type]:
    found = [kind for kind in vars(wire).values() if isinstance(kind, type) and issubclass(kind, wire.Wire)]
    return [kind for kind in found if kind is not wire.Wire]


def test_the_structs_and_the_contract_are_the_same_schema() -> None:
    _, made = msgspec.json.schema_components(wire_types(), ref_template="#/components/schemas/{name}")
    assert {name: plain(made[name], made) for name in made} == {name: plain(SCHEMAS[name], made) for name in made}


def test_every_schema_is_valid_and_every_reference_leads_somewhere() -> None:
    for schema in SCHEMAS.values():
        Draft202012Validator.check_schema(schema)
    for reference in references(CONTRACT):
        assert follow(reference) is not None


def test_every_route_is_in_the_contract_and_the_reverse(tmp_path: Path) -> None:
    key = tmp_path / "seal-public.pem"
    key.write_text("unused")
    routes = {
        (method.lower(), route.path)
        for route in api.make(None, key).routes  # type: ignore[arg-type]
        for method in route.methods - {"HEAD"}
    }
    assert routes == {(method, path) for path, method, _ in operations()}


def test_nothing_personal_can_stand_in_an_address() -> None:
    for path, method, operation in operations():
        shared = CONTRACT["paths"][path].get("parameters", [])
        parameters = [follow(found["$ref"]) for found in [*shared, *operation.get("parameters", [])]]
        assert {found["in"] for found in parameters} <= {"header", "path"}, f"{method} {path}"
        assert {"X-Request-Id", "X-Terminal"} <= {found["name"] for found in parameters}
        assert set(re.findall(r"{(\w+)}", path)) == {found["name"] for found in parameters if found["in"] == "path"}


def test_every_refusal_has_a_meaning_and_its_status() -> None:
    meanings = dict(re.findall(r"- ([A-Z_]+) \((\d+)\): \S", SCHEMAS["RefusalCode"]["description"]))
    assert meanings == {code.value: str(api.STATUS.get(code, 422)) for code in RefusalCode}


def test_texts_are_bounded() -> None:
    for name, schema in SCHEMAS.items():
        for found in every(schema):
            if found.get("type") == "string":
                bounded = "maxLength" in found or not re.search(r"[*+](?!\|)", found["pattern"])
                assert bounded, f"{name}: a text without a bound"
            if found.get("type") == "array":
                assert "maxItems" in found, f"{name}: a list without a bound"


class Recorded:
    """A terminal that knows the contract alone, not the client: checks each request and each answer against it."""

    def __init__(self, sandbox: Any) -> None:
        self.sandbox = sandbox
        self.seen: set[str] = set()
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(sandbox.authority.ca)
        self.session.cert = tuple(map(str, sandbox.authority.issue("kiosk-000001", "client")))

    def call(self, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        template, operation = next(
            (template, operation)
            for template, verb, operation in operations()
            if verb == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path)
        )
        if body is not None:
            fits(body, operation["requestBody"])
        headers = {"X-Request-Id": "0123456789abcdef" * 2, "X-Terminal": "kiosk-000001"}
        answer = self.session.request(method, self.sandbox.url + path, json=body, headers=headers, timeout=10)
        assert answer.status_code == expect, f"{method} {template}: {answer.text}"
        assert answer.headers["X-Request-Id"] == headers["X-Request-Id"]
        response = operation["responses"].get(str(expect), operation["responses"]["default"])
        fits(answer.json(), follow(response["$ref"]))
        self.seen.add(operation["operationId"])
        return answer.json()


def test_a_day_at_the_terminal_fits_the_contract(sandbox: Any) -> None:
    terminal = Recorded(sandbox)
    order, filing = sandbox.new_id(), sandbox.new_id()
    terminal.call("get", "/v1/health")
    terminal.call("get", "/v1/seal-key")
    subject = identified(terminal, "wang-yan")
    terminal.call("post", "/v1/assurances", {"subject": subject, "code": "NONSENSE"}, expect=422)
    code = sandbox.robot("GET", "/phone/code?person=wang-yan")["code"]
    terminal.call("post", "/v1/assurances", {"subject": subject, "code": code})
    about = {"subject": subject, "item": "property-register-query"}
    filled = terminal.call("post", "/v1/prefills", {**about, "fields": ["name", "property", "unheard_of"]})
    choice = filled["values"][1]["options"][1]["value"]
    values = [typed("property", choice), typed("purpose", "school")]
    terminal.call("post", "/v1/pre-reviews", {**about, "values": values})
    body = {"item": about["item"], "version": "1", "amount_fen": 1000}
    opened = terminal.call("put", f"/v1/orders/{order}", {**body, "sealed": sealed(sandbox, order, subject, values)})
    terminal.call("post", "/v1/notices", {**about, "values": [], "order": order}, expect=409)
    assert sandbox.pay(opened["qr"]) == "taken"
    assert terminal.call("get", f"/v1/orders/{order}")["state"] == "paid"
    notice = terminal.call("post", "/v1/notices", {**about, "values": [], "order": order, "lang": "en"})
    terminal.call("post", "/v1/ratings", {**about, "number": notice["number"], "grade": 5})
    terminal.call("put", f"/v1/orders/{order}/reversal")
    terminal.call("put", f"/v1/orders/{order}/refunds/{order}-refund")
    resident = identified(terminal, "lin-xiaoman")
    names = ["address", "phone", "permit_number"]
    asked = {"subject": resident, "item": "residence-endorsement", "fields": names}
    form = [typed(value["field"], value["value"]) for value in terminal.call("post", "/v1/prefills", asked)["values"]]
    body = {"item": "residence-endorsement", "version": "1", "sealed": sealed(sandbox, filing, resident, form)}
    assert terminal.call("put", f"/v1/filings/{filing}", body)["state"] == "accepted"
    terminal.call("get", f"/v1/filings/{filing}")
    assert terminal.seen == {operation["operationId"] for _, _, operation in operations()}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"subject":"s","item":"i","fields":[],"more":1}', b'"\xff"'])
def test_a_malformed_request_is_refused_as_such(sandbox: Any, body: bytes) -> None:
    terminal = Recorded(sandbox)
    headers = {"X-Request-Id": "0" * 32, "X-Terminal": "kiosk-000001"}
    answer = terminal.session.post(sandbox.url + "/v1/prefills", data=body, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()) == (400, {"code": "MALFORMED"})


# --- helpers ------------------------------------------------------------------------------------------------


def identified(terminal: Recorded, person: str) -> str:
    from kiosk.gateway.sandbox import people

    card = people.load()[person].card
    body = {name: getattr(card, name) for name in ("kind", "number", "name", "english_name", "valid_to")}
    subject: str = terminal.call("post", "/v1/identifications", body)["subject"]
    return subject


def typed(field: str, value: str) -> dict[str, str]:
    return {"field": field, "value": value, "source": "typed"}


def sealed(sandbox: Any, row: str, subject: str, values: list[dict[str, str]]) -> str:
    from kiosk.ledger.seal import seal

    form = {"subject": subject, "values": values}
    fits_schema(form, {"$ref": "#/components/schemas/SealedForm"})
    public = sandbox.authority.seal_public.read_bytes()
    return base64.b64encode(seal(public, json.dumps(form).encode(), row.encode())).decode()


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, verb, at[verb]) for path, at in CONTRACT["paths"].items() for verb in METHODS if verb in at]


def fits(body: Any, holder: dict[str, Any]) -> None:
    fits_schema(body, holder["content"]["application/json"]["schema"])


def fits_schema(body: Any, schema: dict[str, Any]) -> None:
    absolute = json.loads(json.dumps(schema).replace("#/components", "contract#/components"))
    Draft202012Validator(absolute, registry=REGISTRY).validate(body)


def follow(reference: str) -> Any:
    found: Any = CONTRACT
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def references(part: Any) -> list[str]:
    return [found["$ref"] for found in every(part) if "$ref" in found]


def every(part: Any) -> list[dict[str, Any]]:
    """Each object anywhere inside."""
    if isinstance(part, dict):
        return [part, *(found for value in part.values() for found in every(value))]
    return [found for value in part for found in every(value)] if isinstance(part, list) else []


def plain(schema: Any, structs: dict[str, Any]) -> Any:
    """Without prose, with the contract's named words in place, and regular expressions in one dialect."""
    if isinstance(schema, list):
        return [plain(value, structs) for value in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref", "")
    if reference and reference.rpartition("/")[2] not in structs:
        return plain({**follow(reference), **{key: schema[key] for key in schema if key != "$ref"}}, structs)
    kept = {
        key: plain(value, structs)
        for key, value in schema.items()
        if not (key in ("title", "description") and isinstance(value, str))
    }
    if isinstance(kept.get("pattern"), str):
        kept["pattern"] = kept["pattern"].replace(r"\A", "^").replace(r"\Z", "$")
    if isinstance(kept.get("enum"), list):
        kept["enum"] = sorted(kept["enum"], key=str)
    if isinstance(kept.get("required"), list):
        kept["required"] = sorted(kept["required"])
    return kept
