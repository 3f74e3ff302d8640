"""The property catalogue: parses the tables and turns them into HubSpot's property definitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.hubspot import catalogue_activities as activities
from sandbox.hubspot import catalogue_people as people
from sandbox.hubspot import catalogue_sales as sales
from sandbox.hubspot.object_types import CUSTOM_TYPE_ID, ObjectType

FIELD_TYPE = {
    "string": "text",
    "number": "number",
    "datetime": "date",
    "date": "date",
    "enumeration": "select",
    "bool": "booleancheckbox",
    "phone_number": "phonenumber",
    "json": "text",
}
DEFINED_AT = "2024-01-01T00:00:00.000Z"
_TABLES = {
    "contacts": people.CONTACTS,
    "companies": people.COMPANIES,
    "tickets": people.TICKETS,
    "deals": sales.DEALS,
    "products": sales.PRODUCTS,
    "line_items": sales.LINE_ITEMS,
    "quotes": sales.QUOTES,
    "calls": sales.CALLS,
    "emails": activities.EMAILS,
    "meetings": activities.MEETINGS,
    "notes": activities.NOTES,
    "tasks": activities.TASKS,
    "communications": activities.COMMUNICATIONS,
    CUSTOM_TYPE_ID: activities.ROOF_INSPECTIONS,
}
_CALCULATED_PREFIXES = ("num_", "notes_", "hs_num_", "hs_is_", "hs_forecast_", "hs_projected_", "hs_v2_")


@dataclass(frozen=True)
class PropertySpec:
    """One line of a table: a property and how its values are made up."""

    name: str
    hs_type: str
    values: str
    """Kind of values, with an argument after a colon where it needs one."""
    fill: float
    """Share of records that have a value."""


def property_specs(object_type: ObjectType, *, custom_count: int = 0) -> list[PropertySpec]:
    """The properties of a type; `custom_count` numbered custom ones are added to contacts."""
    specs = []
    for line in _TABLES[object_type.name].split("\n"):
        if line:
            name, hs_type, values, fill = line.split(" ")
            specs.append(PropertySpec(name, hs_type, values, float(fill)))
    if object_type.name == "contacts":
        kinds = (("string", "text"), ("number", "int:0,1000"), ("date", "date"), ("bool", "bool"))
        for number in range(1, custom_count + 1):
            hs_type, values = kinds[number % len(kinds)]
            specs.append(PropertySpec(f"custom_field_{number:04d}", hs_type, values, 0.3))
    return specs


def property_definitions(object_type: ObjectType, specs: list[PropertySpec]) -> dict[str, dict[str, Any]]:
    """HubSpot's definitions by property name; the trio that every record carries is included."""
    definitions = {spec.name: define_property(object_type, spec) for spec in specs}
    for name, hs_type in zip(object_type.always, ("datetime", "datetime", "number"), strict=True):
        definitions[name] = define_property(object_type, PropertySpec(name, hs_type, "none", 1))
    return dict(sorted(definitions.items()))


def define_property(object_type: ObjectType, spec: PropertySpec, *, at: str = DEFINED_AT) -> dict[str, Any]:
    """One definition as `GET /crm/v3/properties/{type}` answers it."""
    is_custom = spec.name.startswith("custom_") or object_type.name == CUSTOM_TYPE_ID
    is_calculated = spec.name.startswith(_CALCULATED_PREFIXES) or spec.name in object_type.always
    is_unique = (object_type.name, spec.name) == ("contacts", "email")
    kind, _, argument = spec.values.partition(":")
    options = sorted(set(argument.replace("~", " ").split(","))) if kind in ("pick", "multi") else []
    if spec.hs_type == "bool":
        options = ["true", "false"]
    is_listed = spec.hs_type in ("enumeration", "bool")
    return {
        "name": spec.name,
        "label": spec.name.removeprefix("hs_").replace("_", " ").capitalize(),
        "type": spec.hs_type,
        "fieldType": "checkbox" if kind == "multi" else FIELD_TYPE[spec.hs_type],
        "groupName": f"{object_type.singular.replace('_', '')}information",
        "description": "",
        "options": [
            {"label": value.capitalize(), "value": value, "displayOrder": order, "hidden": False}
            for order, value in enumerate(options if is_listed else [])
        ],
        "displayOrder": -1,
        "calculated": is_calculated,
        "externalOptions": kind == "owner",
        "hasUniqueValue": is_unique,
        "hidden": False,
        "hubspotDefined": not is_custom,
        "formField": not is_calculated,
        "archived": False,
        "createdAt": at,
        "updatedAt": at,
        "modificationMetadata": {
            "archivable": is_custom,
            "readOnlyDefinition": not is_custom,
            "readOnlyOptions": not is_custom,
            "readOnlyValue": is_calculated,
        },
    }
