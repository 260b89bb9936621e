"""JSON Schema of an item file, for completion and squiggles in an editor: the classes, in the authored form.

It is looser than `load` (no rules, no order of steps) and never stricter.
"""

from __future__ import annotations

from typing import Any

import msgspec

from kiosk.catalogue.reader import GIVEN_BY_CATALOGUE, Shared
from kiosk.flow.items import Field, Item, Step

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(shared: Shared) -> dict[str, Any]:
    """The schema of one item file; shared departments and fields are offered by name."""
    (root,), definitions = msgspec.json.schema_components([Item], ref_template="#/$defs/{name}")
    made = {name: _closed(definition) for name, definition in definitions.items()}
    item = made["Item"]
    for key in GIVEN_BY_CATALOGUE:
        del item["properties"][key]
    item["required"] = ["format", *item["required"]]
    item["properties"]["department"] = _name_of("department", sorted(shared.departments))
    item["properties"]["icon"] = {
        "description": "A name of shared/icons.txt.",
        "type": "string",
        "enum": sorted(shared.icons),
    }
    made["Form"]["properties"]["fields"]["items"] = _field_reference(made, sorted(shared.fields))
    for kind in Step.__subclasses__():
        if str(kind.__struct_config__.tag) in shared.steps:
            made[kind.__name__]["required"].remove("title")
    return {"$schema": DIALECT, "title": "Item (事项)", **root, "$defs": made}


def _closed(definition: dict[str, Any]) -> dict[str, Any]:
    """Defaults would be filled in by some editors; null never stands in a file."""
    for value in definition.get("properties", {}).values():
        value.pop("default", None)
        choices = [choice for choice in value.get("anyOf", []) if choice != {"type": "null"}]
        if len(choices) == 1:
            del value["anyOf"]
            value.update(choices[0])
    return definition


def _name_of(what: str, names: list[str]) -> dict[str, Any]:
    return {"description": f"A shared {what}, by its id.", "type": "string", "enum": names}


def _field_reference(made: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """A shared field's name, a shared field with changes, or a full definition."""
    name = _name_of("field", names)
    changes = {key: value for key, value in made[Field.__name__]["properties"].items() if key != "id"}
    changed = {
        "description": "A shared field with some of its keys changed.",
        "type": "object",
        "properties": {"use": name, **changes},
        "required": ["use"],
        "additionalProperties": False,
    }
    return {"anyOf": [name, changed, {"$ref": f"#/$defs/{Field.__name__}"}]}
