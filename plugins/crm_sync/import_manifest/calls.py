"""Reads a requester: address, method, parameters, headers and body of a list's requests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from crm_sync.import_manifest.addresses import Address, read_address
from crm_sync.import_manifest.auth import list_secret_texts
from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.findings import NotSaidError
from crm_sync.import_manifest.options import Call
from crm_sync.import_manifest.scope import Keys, Scope


def read_call(requester: Component, scope: Scope, secret_keys: Collection[Keys]) -> tuple[Address, Call]:
    """Give address and request of a requester; what signs it is left out.

    Args:
        requester: of the stream.
        scope: what its texts may name.
        secret_keys: values of the config that sign the requests.

    Raises:
        NotSaidError: it has something that we have no word for.
    """
    if requester.type not in ("HttpRequester", ""):
        raise NotSaidError("own Python code that asks", requester.class_name or requester.type)
    address = read_address(requester, scope)
    method = scope.write(requester.take("http_method", "GET"), requester) or "GET"
    call = Call(address.path, method.upper(), params=dict(address.params))
    source = requester.part("request_options_provider") or requester
    params = _read_texts(source, "request_parameters")
    signing = list_secret_texts(params, secret_keys)
    call.params |= scope.write_all({k: v for k, v in params.items() if k not in signing}, requester)
    headers = _read_texts(source, "request_headers")
    signing = list_secret_texts(headers, secret_keys)
    call.headers |= scope.write_all({k: v for k, v in headers.items() if k not in signing}, requester)
    _read_body(source, requester, scope, call)
    requester.leave("use_cache", "name", "primary_key", "stream_response")
    if requester.own("query_properties") is not None:
        raise NotSaidError("lists of fields that are asked for in parts")
    return address, call


def _read_texts(source: Component, key: str) -> dict[str, Any]:
    given = source.take(key)
    if given in (None, ""):
        return {}
    if not isinstance(given, Mapping):
        raise NotSaidError("parameters that are made as a whole", given)
    for name, value in given.items():
        if isinstance(value, Mapping) and value.get("type") == "QueryProperties":
            raise NotSaidError("lists of fields that are asked for in parts", name)
        if isinstance(value, Mapping | list):
            raise NotSaidError("a parameter with several values", name)
        if "{{" in str(name) or "{%" in str(name):
            raise NotSaidError("the name of a parameter that has to be worked out", name)
    return {str(name): value for name, value in given.items()}


def _read_body(source: Component, requester: Component, scope: Scope, call: Call) -> None:
    whole = source.part("request_body")
    if whole is not None:
        kind, value = whole.type, whole.own("value")
        formats = {"RequestBodyJsonObject": "json", "RequestBodyGraphQL": "json"}
        formats["RequestBodyUrlEncodedForm"] = "form"
        if kind not in formats:
            raise NotSaidError("a body of another format", kind)
        _put_body(call, value, formats[kind], requester, scope)
        return
    given = source.take("request_body_json"), source.take("request_body_data")
    if all(one not in (None, "", {}) for one in given):
        raise NotSaidError("a body of two formats")
    for value, kind in zip(given, ("json", "form"), strict=True):
        if value in (None, "", {}):
            continue
        if not isinstance(value, Mapping):
            raise NotSaidError("a body that is made as a whole", value)
        _put_body(call, value, kind, requester, scope)


def _put_body(call: Call, value: object, kind: str, requester: Component, scope: Scope) -> None:
    call.body, call.body_format = scope.write_json(value, requester), kind
    if kind != "form":
        return
    if not isinstance(call.body, Mapping):
        raise NotSaidError("a body that is made as a whole", value)
    for name, one in call.body.items():
        if isinstance(one, Mapping | list | tuple):
            raise NotSaidError("a value of a form that has several", name)
    # what is nothing is not sent at all, and no text `None`
    call.body = {name: str(one) for name, one in call.body.items() if one is not None}
