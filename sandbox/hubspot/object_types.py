"""The object types that the fake knows: names in URLs, type ids, default properties, scopes.

Source: HubSpot API guides "Understanding the CRM" and "Objects API", read 2026-11.
"""

from __future__ import annotations

from dataclasses import dataclass

CUSTOM_TYPE_ID = "2-1234567"


@dataclass(frozen=True)
class ObjectType:
    """One kind of CRM record."""

    name: str
    """Plural, as in URLs; the fake's key for the type."""
    singular: str
    type_id: str
    defaults: tuple[str, ...]
    """Properties answered when none are asked for, beside the trio that is always there."""
    scopes: tuple[str, ...]
    """Any one of them gives access."""
    created: str = "createdate"
    modified: str = "hs_lastmodifieddate"
    first_id: int = 101
    id_step: int = 50
    long_ids_from: int | None = None
    """The newest third of the records has ids from here on."""

    @property
    def always(self) -> tuple[str, str, str]:
        """The three properties that every answer carries."""
        return (self.created, self.modified, "hs_object_id")

    @property
    def inline_key(self) -> str:
        """The type's key in inline associations; line items are written with a space."""
        return self.name.replace("line_items", "line items")


_CONTACT_SCOPE = ("crm.objects.contacts.read",)


def _engagement(name: str, singular: str, type_id: str, first_id: int) -> ObjectType:
    return ObjectType(name, singular, type_id, (), _CONTACT_SCOPE, created="hs_createdate", first_id=first_id)


OBJECT_TYPES = (
    ObjectType(
        "contacts",
        "contact",
        "0-1",
        ("email", "firstname", "lastname"),
        _CONTACT_SCOPE,
        modified="lastmodifieddate",
        long_ids_from=210_000_000_101,
    ),
    ObjectType(
        "companies",
        "company",
        "0-2",
        ("domain", "name"),
        ("crm.objects.companies.read",),
        first_id=9_001,
        long_ids_from=157_156_923_994,
    ),
    ObjectType(
        "deals",
        "deal",
        "0-3",
        ("amount", "closedate", "dealname", "dealstage", "pipeline"),
        ("crm.objects.deals.read",),
        first_id=4_300_000_001,
    ),
    ObjectType(
        "tickets",
        "ticket",
        "0-5",
        (
            "content",
            "hs_pipeline",
            "hs_pipeline_stage",
            "hs_ticket_category",
            "hs_ticket_priority",
            "subject",
        ),
        ("tickets",),
        first_id=1_140_000_001,
    ),
    ObjectType(
        "products",
        "product",
        "0-7",
        ("description", "name", "price"),
        ("crm.objects.products.read", "e-commerce"),
        first_id=646_000_001,
    ),
    ObjectType(
        "line_items",
        "line_item",
        "0-8",
        ("amount", "price", "quantity"),
        ("crm.objects.line_items.read", "e-commerce"),
        first_id=5_150_000_001,
    ),
    ObjectType(
        "quotes",
        "quote",
        "0-14",
        ("hs_expiration_date", "hs_public_url_key", "hs_status", "hs_title"),
        ("crm.objects.quotes.read",),
        created="hs_createdate",
        first_id=76_000_000_001,
    ),
    _engagement("calls", "call", "0-48", 65_000_000_001),
    _engagement("emails", "email", "0-49", 71_000_000_001),
    _engagement("meetings", "meeting", "0-47", 72_000_000_001),
    _engagement("notes", "note", "0-46", 73_000_000_001),
    _engagement("tasks", "task", "0-27", 74_000_000_001),
    _engagement("communications", "communication", "0-18", 75_000_000_001),
    ObjectType(
        CUSTOM_TYPE_ID,
        "p1234567_roof_inspection",
        CUSTOM_TYPE_ID,
        ("inspection_name",),
        ("crm.objects.custom.read",),
        created="hs_createdate",
        first_id=880_000_001,
    ),
)
TYPE_BY_NAME = {object_type.name: object_type for object_type in OBJECT_TYPES}
_BY_ANY_NAME = {
    alias: object_type
    for object_type in OBJECT_TYPES
    for alias in (object_type.name, object_type.singular, object_type.type_id)
} | {"roof_inspections": TYPE_BY_NAME[CUSTOM_TYPE_ID], "roof_inspection": TYPE_BY_NAME[CUSTOM_TYPE_ID]}


def find_object_type(name: str) -> ObjectType | None:
    """The type of that singular, plural or numeric name, whatever its case; `None` when there is none."""
    return _BY_ANY_NAME.get(name.lower())
