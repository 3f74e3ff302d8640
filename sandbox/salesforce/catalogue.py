"""The fields of each object: parses the tables and turns them into the vendor's descriptions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.salesforce import catalogue_people as people
from sandbox.salesforce import catalogue_sales as sales
from sandbox.salesforce.object_types import ObjectType

_TABLES = {
    "users": people.USERS,
    "accounts": people.ACCOUNTS,
    "contacts": people.CONTACTS,
    "leads": people.LEADS,
    "opportunities": sales.OPPORTUNITIES,
    "campaigns": sales.CAMPAIGNS,
    "tasks": sales.TASKS,
}
_COMMON = """
Id id own 1
CreatedDate datetime own 1
CreatedById reference:User ref:users 1
LastModifiedDate datetime own 1
LastModifiedById reference:User ref:users 1
SystemModstamp datetime own 1
IsDeleted boolean own 1
CurrencyIsoCode picklist pick:USD,USD,USD,CAD 1 multi_currency
LastViewedDate datetime none 0
LastReferencedDate datetime none 0
"""
SYSTEM_FIELDS = ("Id", "CreatedDate", "LastModifiedDate", "SystemModstamp", "IsDeleted")
_TEXTS = frozenset(
    (
        "string",
        "picklist",
        "combobox",
        "email",
        "phone",
        "url",
        "textarea",
        "multipicklist",
        "id",
        "reference",
    )
)
_NUMBERS = frozenset(("int", "double", "currency", "percent"))
_SCALES = {"currency": 2, "percent": 2}
_SOAP_TYPES = {
    "id": "tns:ID", "reference": "tns:ID", "int": "xsd:int", "boolean": "xsd:boolean", "date": "xsd:date",
    "datetime": "xsd:dateTime", "time": "xsd:time", "address": "urn:address", "double": "xsd:double",
    "currency": "xsd:double", "percent": "xsd:double",
}  # fmt: skip
_NUMBERED = ("string:80", "double", "date", "boolean")
READ_ONLY = frozenset(("own", "rollup", "counted", "summed", "flagged"))
"""Ways that values are made up which nobody can write."""
LONG_TEXT = 4_000
"""From here on a text can be neither filtered nor sorted."""


@dataclass(frozen=True)
class FieldSpec:
    """One field of an object."""

    name: str
    type: str
    """As describe names it."""
    values: str
    """How values are made up, with an argument after a colon where it needs one."""
    fill: float
    """Share of records that have a value."""
    length: int = 0
    targets: tuple[str, ...] = ()
    """Objects that a reference may lead to."""
    parts: tuple[str, ...] = field(default=())
    """Of an address: its fields."""
    part_of: str | None = None
    label: str = ""
    """What people see; empty: made from the name."""

    @property
    def is_custom(self) -> bool:
        """Whether the org made it."""
        return self.name.endswith("__c")

    @property
    def is_calculated(self) -> bool:
        """Whether it is a formula or a roll-up of the org; standard ones do not say so."""
        return self.is_custom and self.is_read_only

    @property
    def is_read_only(self) -> bool:
        """Whether the platform fills it."""
        return self.values.partition(":")[0] in READ_ONLY

    @property
    def is_text(self) -> bool:
        """Whether its values are texts that queries write in quotes."""
        return self.type in _TEXTS

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.type in _NUMBERS

    @property
    def has_fraction(self) -> bool:
        """Whether its values are written with a point, whole ones too."""
        return self.is_number and self.type != "int"

    @property
    def is_filterable(self) -> bool:
        """Whether conditions and orders may name it."""
        return self.type != "address" and self.length < LONG_TEXT

    @property
    def relationship(self) -> str | None:
        """The name by which queries reach the parent's fields."""
        if not self.targets:
            return None
        return self.name[:-1] + "r" if self.is_custom else self.name.removesuffix("Id")


def list_fields(object_type: ObjectType, features: tuple[str, ...], custom: int) -> dict[str, FieldSpec]:
    """The fields of an object by name, `custom` numbered ones added."""
    lines = (_COMMON + _TABLES[object_type.kind]).split("\n")
    lines += [f"Custom_{n:04d}__c {_NUMBERED[n % 4]} numbered:{n % 4} 0.3" for n in range(1, custom + 1)]
    specs = {}
    for line in filter(None, lines):
        name, type_name, values, fill, *feature = line.split(" ")
        if set(feature) <= set(features) and (name != "IsDeleted" or object_type.is_deletable):
            specs[name] = make_field(name, type_name, values, float(fill))
    return _join_addresses(specs)


def make_field(name: str, type_name: str, values: str = "none", fill: float = 0.0) -> FieldSpec:
    """A field from the words of a line of the tables."""
    kind, _, argument = type_name.partition(":")
    if kind in ("id", "reference"):
        return FieldSpec(name, kind, values, fill, 18, tuple(argument.split(",")) if argument else ())
    return FieldSpec(name, kind, values, fill, int(argument or (255 if kind in _TEXTS else 0)))


def _join_addresses(specs: dict[str, FieldSpec]) -> dict[str, FieldSpec]:
    """Tell each address of its parts, and them of it."""
    joined = dict(specs)
    for name in [name for name, spec in specs.items() if spec.type == "address"]:
        prefix = name.removesuffix("Address")
        ends = ("Street", "City", "State", "StateCode", "PostalCode", "Country", "CountryCode", "Latitude",
                "Longitude", "GeocodeAccuracy")  # fmt: skip
        parts = tuple(prefix + end for end in ends if prefix + end in specs)
        joined[name] = FieldSpec(name, "address", "own", 1.0, parts=parts)
        for part in parts:
            spec = specs[part]
            joined[part] = FieldSpec(part, spec.type, spec.values, spec.fill, spec.length, part_of=name)
    return joined


def describe_field(spec: FieldSpec, object_type: ObjectType) -> dict[str, Any]:
    """One field as `…/describe` answers it."""
    kind, _, argument = spec.values.partition(":")
    options = sorted(set(argument.replace("~", " ").split(","))) if kind in ("pick", "multi") else []
    is_listed = spec.type in ("picklist", "multipicklist", "combobox")
    return {
        "name": spec.name,
        "label": spec.label or _make_label(spec, object_type),
        "type": spec.type,
        "soapType": _SOAP_TYPES.get(spec.type, "xsd:string"),
        "length": spec.length,
        "byteLength": 3 * spec.length,
        "nillable": spec.name not in SYSTEM_FIELDS and spec.type != "boolean",
        "filterable": spec.is_filterable,
        "sortable": spec.is_filterable and spec.type != "multipicklist",
        "groupable": spec.is_filterable and not spec.is_number,
        "calculated": spec.is_calculated,
        "custom": spec.is_custom,
        "createable": not spec.is_read_only,
        "updateable": not spec.is_read_only,
        "referenceTo": list(spec.targets),
        "relationshipName": spec.relationship,
        "picklistValues": [
            {"active": True, "defaultValue": False, "label": value, "validFor": None, "value": value}
            for value in (options if is_listed else [])
        ],
        "precision": 18 if spec.has_fraction else 0,
        "scale": _SCALES.get(spec.type, 0),
        "digits": 9 if spec.type == "int" else 0,
        "compoundFieldName": spec.part_of,
        "deprecatedAndHidden": False,
        "unique": False,
    }


def _make_label(spec: FieldSpec, object_type: ObjectType) -> str:
    """Words as Salesforce's own labels have them: `Account ID`, `Account Number`, `Last Modified By ID`."""
    if spec.name == "Id":
        return f"{object_type.name} ID"
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", spec.name.removesuffix("__c").replace("_", " "))
    return re.sub(r"\bId$", "ID", words)
