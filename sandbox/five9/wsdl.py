"""The description of the service: its operations here, with the types of the vendor's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sandbox.five9.soap import SERVICE, XML_TYPE, escape_text
from sandbox.frame.messages import Response

_FAULTS: Mapping[str, Sequence[tuple[str, str]]] = {
    "ConcurrentModification": (),
    "Server": (),
    "CrmFieldNotFound": (("fieldName", "xs:string"),),
    "UserAlreadyLoggedIn": (),
    "AccessDisallowed": (),
    "ServiceUnavailable": (),
    "MissedArgument": (),
    "OperationsLimitExceeded": (("limit", "xs:int"), ("operationType", "xs:string")),
    "AdminSessionClosed": (),
    "IncorrectArgument": (),
    "InvalidAccount": (),
    "InvalidRegexpPattern": (),
}
"""By fault: its children beside the message."""
_TYPES: Mapping[str, str] = {
    "contactFieldRestriction": "type:xs:string value:xs:string?",
    "contactField": (
        "displayAs:xs:string? mapTo:xs:string name:xs:string? restrictions:tns:contactFieldRestriction* "
        "system:xs:boolean type:xs:string?"
    ),
    "listInfo": "name:xs:string size:xs:int",
    "crmFieldCriterion": "field:xs:string value:xs:string?",
    "crmLookupCriteria": "contactIdField:xs:string? criteria:tns:crmFieldCriterion*",
    "data": "data:xs:string*~",
    "record": "values:tns:data?",
    "contactsLookupResult": "fields:xs:string* records:tns:record*",
    "callCounterState": "limit:xs:int operationType:xs:string? value:xs:int",
    "limitTimeoutState": "callCounterStates:tns:callCounterState* timeout:xs:int",
    "apiVersions": "maxVersion:xs:string minVersion:xs:string",
}
"""By type: its children in order; `?` may be missing, `*` comes any number of times, `~` may be nil."""
_OPERATIONS: Mapping[str, tuple[str, str]] = {
    "getContactFields": ("namePattern:xs:string?", "return:tns:contactField*"),
    "getListsInfo": ("listNamePattern:xs:string?", "return:tns:listInfo*"),
    "getContactRecords": ("lookupCriteria:tns:crmLookupCriteria?", "return:tns:contactsLookupResult?"),
    "getCallCountersState": ("", "return:tns:limitTimeoutState*"),
    "getApiVersions": ("", "return:tns:apiVersions?"),
}


def build_wsdl(address: str) -> Response:
    """The description, with the address at which it was asked for."""
    names = list(_OPERATIONS)
    messages = "".join(
        f'<message name="{one}"><part name="parameters" element="tns:{one}"/></message>'
        for name in names
        for one in (name, f"{name}Response")
    )
    messages += "".join(
        f'<message name="{name}Fault"><part name="fault" element="tns:{name}Fault"/></message>'
        for name in _FAULTS
    )
    ports = "".join(map(_build_port, names))
    bindings = "".join(map(_build_binding, names))
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="http://schemas.xmlsoap.org/wsdl/" '
        'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:tns="{SERVICE}" name="AdminWebService" targetNamespace="{SERVICE}">'
        f"<types>{_build_schema()}</types>"
        f'{messages}<portType name="WsAdmin">{ports}</portType>'
        '<binding name="WsAdminBinding" type="tns:WsAdmin">'
        f'<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>{bindings}</binding>'
        '<service name="WsAdminService"><port name="WsAdminPort" binding="tns:WsAdminBinding">'
        f'<soap:address location="{escape_text(address)}"/></port></service></definitions>'
    )
    return Response(200, text.encode(), XML_TYPE)


def _build_schema() -> str:
    types = {**_TYPES}
    for name, (asked, answered) in _OPERATIONS.items():
        types |= {name: asked, f"{name}Response": answered}
    for name, children in _FAULTS.items():
        listed = sorted([*children, ("message", "xs:string")])
        types[f"{name}Fault"] = " ".join(f"{child}:{kind}" for child, kind in listed)
    elements = [
        *_OPERATIONS,
        *(f"{name}Response" for name in _OPERATIONS),
        *(f"{name}Fault" for name in _FAULTS),
    ]
    declared = "".join(f'<xs:element name="{name}" type="tns:{name}"/>' for name in elements)
    built = "".join(
        f'<xs:complexType name="{name}"><xs:sequence>{"".join(map(_build_child, children.split()))}'
        "</xs:sequence></xs:complexType>"
        for name, children in types.items()
    )
    schema = f'<xs:schema targetNamespace="{SERVICE}" elementFormDefault="unqualified">'
    return f"{schema}{declared}{built}</xs:schema>"


def _build_child(word: str) -> str:
    name, _, kind = word.partition(":")
    marks = kind[len(kind.rstrip("?*~")) :]
    least = ' minOccurs="0"' if {"?", "*"} & set(marks) else ""
    most = ' maxOccurs="unbounded"' if "*" in marks else ""
    nil = ' nillable="true"' if "~" in marks else ""
    return f'<xs:element name="{name}" type="{kind.rstrip("?*~")}"{least}{most}{nil}/>'


def _build_port(name: str) -> str:
    faults = "".join(f'<fault name="{one}Fault" message="tns:{one}Fault"/>' for one in _FAULTS)
    asked, answered = f'<input message="tns:{name}"/>', f'<output message="tns:{name}Response"/>'
    return f'<operation name="{name}">{asked}{answered}{faults}</operation>'


def _build_binding(name: str) -> str:
    body = '<soap:body use="literal"/>'
    faults = "".join(
        f'<fault name="{one}Fault"><soap:fault name="{one}Fault" use="literal"/></fault>' for one in _FAULTS
    )
    both = f"<input>{body}</input><output>{body}</output>"
    return f'<operation name="{name}"><soap:operation soapAction=""/>{both}{faults}</operation>'
