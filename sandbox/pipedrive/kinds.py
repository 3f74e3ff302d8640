"""The kinds of records: their path, generation, price, ids and sort orders."""

from __future__ import annotations

from dataclasses import dataclass

_USUAL_SORTS = frozenset({"id", "update_time", "add_time"})


@dataclass(frozen=True)
class Kind:
    """One kind of records."""

    name: str
    noun: str
    """In the text of a 404."""
    version: int
    list_tokens: int
    lists_deleted: bool = False
    has_delta: bool = True
    has_upper: bool = True
    """Knows `updated_until`."""
    field_list: str = ""
    sorts: frozenset[str] = _USUAL_SORTS

    @property
    def single_tokens(self) -> int:
        """Price of one record by id."""
        return 1 if self.version == 2 else 2


KINDS = {
    one.name: one
    for one in (
        Kind("users", "User", 1, 20, lists_deleted=True, has_delta=False),
        Kind("pipelines", "Pipeline", 2, 5, lists_deleted=True, has_delta=False),
        Kind("stages", "Stage", 2, 5, lists_deleted=True, has_delta=False, sorts=_USUAL_SORTS | {"order_nr"}),
        Kind("organizations", "Organization", 2, 10, field_list="organizationFields"),
        Kind("persons", "Person", 2, 10, field_list="personFields"),
        Kind("products", "Product", 2, 10, has_upper=False, field_list="productFields",
             sorts=_USUAL_SORTS | {"name"}),
        Kind("leads", "Lead", 1, 20, has_upper=False, field_list="dealFields"),
        Kind("deals", "Deal", 2, 10, field_list="dealFields"),
        Kind("activities", "Activity", 2, 10, field_list="activityFields", sorts=_USUAL_SORTS | {"due_date"}),
    )
}  # fmt: skip
SHARES = {
    "organizations": 0.15,
    "persons": 0.25,
    "products": 0.05,
    "leads": 0.1,
    "deals": 0.2,
    "activities": 0.25,
}
ARCHIVED_TOKENS = 20
FIELD_TOKENS = 10
FIELD_LISTS = ("dealFields", "personFields", "organizationFields", "productFields", "activityFields")
RETIRED = ("deals", "persons", "organizations", "activities", "products", "pipelines", "stages")
"""v1 lists that have a twin in v2."""
