"""Reads the model of an OData service, the answer to `$metadata`: which properties the records of a set have.

Source: www.odata.org, "Conceptual Schema Definition Language" (versions 1 to 3), read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crm_sync.rest.messages import find_path
from crm_sync.rest.xml_answers import decode_xml
from crm_sync.untyped import Json

Element = Mapping[str, Any]


def decode_model(body: bytes, charset: str | None = None) -> dict[str, list[dict[str, str]]]:
    """Decode a model.

    Args:
        body: the XML document.
        charset: that the answer names; None: none.

    Returns:
        By set, its properties in the model's order, each with `name` and `type`; those that a type has from
        another one come first. Links to other sets are none of them.

    Raises:
        ValueError: it is no model, or a set is of a type that the model lacks.
    """
    root = decode_xml(body, charset, attributes=True)
    schemas = _list(find_path(root, "Edmx.DataServices.Schema"))
    if not schemas:
        raise ValueError(f"is XML with '{next(iter(root), '')}' in place of an OData model with a schema")
    types = {
        f"{schema.get(key)}.{one.get('@Name')}": one
        for schema in schemas
        for key in ("@Namespace", "@Alias")
        if key in schema
        for one in _list(schema.get("EntityType"))
    }
    sets = (
        one
        for schema in schemas
        for container in _list(schema.get("EntityContainer"))
        for one in _list(container.get("EntitySet"))
    )
    return {str(one.get("@Name")): list(_list_properties(str(one.get("@EntityType")), types)) for one in sets}


def _list_properties(name: str, types: Mapping[str, Element]) -> Iterator[dict[str, str]]:
    chain: list[Element] = []
    while name:
        # a type that is its own ancestor would never end
        if name not in types or types[name] in chain:
            raise ValueError(f"is an OData model without the type '{name}'")
        chain.insert(0, types[name])
        name = types[name].get("@BaseType", "")
    for one in chain:
        for found in _list(one.get("Property")):
            yield {"name": str(found.get("@Name")), "type": str(found.get("@Type"))}


def _list(found: Json) -> list[Element]:
    """Give the elements of a name: XML can't tell one from a list of one."""
    listed = found if isinstance(found, list) else [found]
    return [one for one in listed if isinstance(one, Mapping)]
