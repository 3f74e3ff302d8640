"""`$metadata` and the service document, which clients of OData read first."""

from __future__ import annotations

from sandbox.frame.messages import Response
from sandbox.marketsharp.answers import SERVICE
from sandbox.marketsharp.sets import SETS, EntitySet

_EDMX = (
    '<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"><edmx:DataServices '
    'xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata" m:DataServiceVersion="1.0">'
    '<Schema Namespace="Example" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">'
)


def write_metadata() -> Response:
    """The model."""
    types = "".join(map(_write_type, SETS))
    sets = "".join(f'<EntitySet Name="{one.name}" EntityType="Example.{one.type_name}"/>' for one in SETS)
    container = f'<EntityContainer Name="Entities" m:IsDefaultEntityContainer="true">{sets}</EntityContainer>'
    schema = f"{_EDMX}{types}{container}</Schema></edmx:DataServices></edmx:Edmx>"
    body = f'<?xml version="1.0" encoding="utf-8"?>{schema}'
    return Response(200, body.encode(), b"application/xml;charset=utf-8")


def write_service_document() -> Response:
    """The list of sets."""
    listed = "".join(
        f'<collection href="{one.name}"><atom:title>{one.name}</atom:title></collection>' for one in SETS
    )
    body = (
        f'<?xml version="1.0" encoding="utf-8"?><service xml:base="{SERVICE}" '
        'xmlns="http://www.w3.org/2007/app" xmlns:atom="http://www.w3.org/2005/Atom">'
        f"<workspace><atom:title>Default</atom:title>{listed}</workspace></service>"
    )
    return Response(200, body.encode(), b"application/xml;charset=utf-8")


def _write_type(one: EntitySet) -> str:
    properties = "".join(
        f'<Property Name="{name}" Type="{kind}" Nullable="{"false" if name == one.key else "true"}"/>'
        for name, kind in one.properties.items()
    )
    key = f'<Key><PropertyRef Name="{one.key}"/></Key>'
    return f'<EntityType Name="{one.type_name}">{key}{properties}</EntityType>'
