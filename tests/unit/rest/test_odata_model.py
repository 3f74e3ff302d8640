"""The model of an OData service: by set, the properties of its records."""

from __future__ import annotations

import pytest

from crm_sync.rest.odata_model import decode_model

DATA = '<edmx:Edmx xmlns:edmx="urn:e" Version="1.0"><edmx:DataServices>{}</edmx:DataServices></edmx:Edmx>'
TYPES = (
    '<Schema Namespace="Model" Alias="Self"><EntityType Name="Person"><Key><PropertyRef Name="id"/></Key>'
    '<Property Name="id" Type="Edm.Guid" Nullable="false"/><Property Name="born" Type="Edm.DateTime"/>'
    '<NavigationProperty Name="Homes" Relationship="Model.Homes"/></EntityType>'
    '<EntityType Name="Customer" BaseType="Self.Person"><Property Name="paid" Type="Edm.Decimal"/>'
    '</EntityType><EntityType Name="Bare"/></Schema>'
)
SETS = (
    '<Schema Namespace="Service"><EntityContainer Name="All">'
    '<EntitySet Name="People" EntityType="Model.Person"/><EntitySet Name="Bares" EntityType="Model.Bare"/>'
    '<EntitySet Name="Customers" EntityType="Model.Customer"/></EntityContainer></Schema>'
)


def decode(text: str) -> dict[str, list[tuple[str, str]]]:
    model = decode_model(DATA.format(text).encode())
    return {name: [(one["name"], one["type"]) for one in found] for name, found in model.items()}


def test_sets_have_the_properties_of_their_type_and_of_the_one_it_extends_but_no_links():
    person = [("id", "Edm.Guid"), ("born", "Edm.DateTime")]
    assert decode(TYPES + SETS) == {
        "People": person,
        "Customers": [*person, ("paid", "Edm.Decimal")],
        "Bares": [],
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "in place of an OData model with a schema"),
        (SETS, "without the type 'Model.Person'"),
        (TYPES.replace('Name="Person"', 'Name="Person" BaseType="Self.Customer"') + SETS, "without the type"),
    ],
    ids=["no schema", "no such type", "a type that is its own ancestor"],
)
def test_what_is_no_model_is_refused(text, why):
    with pytest.raises(ValueError, match=why):
        decode(text)


def test_another_document_is_named_by_its_root():
    with pytest.raises(ValueError, match="is XML with 'feed' in place of an OData model"):
        decode_model(b"<feed/>")
