"""Reads a record selector: where records are, which of them are wanted, and what answers are."""

from __future__ import annotations

import re
from typing import Any

from jinja2 import nodes

from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.edits import Edits
from crm_sync.import_manifest.expressions import Lookup, parse_expression, read_value
from crm_sync.import_manifest.findings import Doubts, NotSaidError
from crm_sync.import_manifest.names import write_path
from crm_sync.import_manifest.scope import read_constant
from crm_sync.untyped import Json

_BY_TIME = ("stream_interval", "stream_slice", "stream_state", "start_date")
_OPTIONAL = re.compile(r"not config|config\S* else true|or not config", re.IGNORECASE)
_LACK = "a filter of records"


def read_path(selector: Component) -> str:
    """Give the path of the records.

    Raises:
        NotSaidError: own code extracts them, or the path has to be worked out.
    """
    extractor = selector.part("extractor")
    if extractor is None:
        raise NotSaidError("a selector without an extractor")
    if extractor.class_name or extractor.type not in ("DpathExtractor", ""):
        raise NotSaidError("own Python code that extracts records", extractor.class_name or extractor.type)
    if extractor.own("record_expander") is not None:
        raise NotSaidError("records that are spread over several lists")
    keys: list[str] = []
    for key in _as_list(extractor.take("field_path", [])):
        written = _write_key(str(key), extractor)
        keys += [written] if written else []
    if "**" in keys:
        raise NotSaidError("records at any depth", ".".join(keys))
    return write_path(tuple(keys))


def read_keep(selector: Component, doubts: Doubts, edits: Edits | None = None) -> dict[str, list[str]]:
    """Give the words of `read.keep` for a filter of records.

    Args:
        selector: of the records.
        doubts: takes what may differ.
        edits: of the stream, where the manifest may filter what they made.

    Raises:
        NotSaidError: it compares in another way.
    """
    selector.leave("schema_normalization")
    is_late = bool(selector.own("transform_before_filtering", False))
    one = selector.part("record_filter")
    if one is None:
        return {}
    if one.class_name:
        raise NotSaidError("own Python code that filters records", one.class_name)
    text = str(one.take("condition", ""))
    if (
        any(word in text for word in _BY_TIME)
        and "record" in text
        and " or " not in text
        and " and " not in text
    ):
        doubts.add("records from before a run's span are kept, which the manifest drops", text)
        return {}
    if "config" in text and _OPTIONAL.search(text):
        doubts.add("all records are read, and in the manifest those that the config names, if it does", text)
        return {}
    keep = _read_condition(text)
    return _find_origins(keep, edits, text) if is_late and edits is not None else keep


def _find_origins(keep: dict[str, list[str]], edits: Edits, text: str) -> dict[str, list[str]]:
    """Give the filter for records as they are sent, where the manifest compares what it has made of them."""
    if any(name in edits.unfilled or name in edits.removed for name in keep):
        raise NotSaidError(_LACK, text)
    origins = {name: edits.origins[name] for name in keep if name in edits.origins}
    if any(
        one.outer or not one.path or one.path.startswith("_") or one.default is not None
        for one in origins.values()
    ):
        raise NotSaidError(_LACK, text)
    return {origins[name].path if name in origins else name: values for name, values in keep.items()}


def read_answer(retriever: Component, doubts: Doubts, *, is_paged: bool) -> dict[str, Any]:
    """Give the words of `read.answer`.

    Raises:
        NotSaidError: answers of another format.
    """
    decoder = retriever.part("decoder")
    kind = "JsonDecoder" if decoder is None else decoder.type
    if decoder is not None and decoder.class_name:
        raise NotSaidError("own Python code that decodes answers", decoder.class_name)
    if kind == "JsonDecoder":
        # the manifest's reader takes an object where a list is expected for one record
        return {} if is_paged else {"single": True}
    if kind == "CsvDecoder" and decoder is not None:
        decoder.leave("encoding", "set_values_to_none")
        delimiter = decoder.take("delimiter", ",")
        return {"format": "csv", **({"delimiter": delimiter} if delimiter != "," else {})}
    if kind == "XmlDecoder":
        doubts.add("attributes and repeated elements of XML may have other names and forms here")
        return {"format": "xml"}
    raise NotSaidError("answers of another format", kind)


def _read_condition(text: str) -> dict[str, list[str]]:
    node = parse_expression(text)
    if not isinstance(node, nodes.Compare) or len(node.ops) != 1 or node.ops[0].op not in ("eq", "in"):
        raise NotSaidError(_LACK, text)
    try:
        found, other = read_value(node.expr, text), read_value(node.ops[0].expr, text)
    except NotSaidError:
        raise NotSaidError(_LACK, text) from None
    is_in = node.ops[0].op == "in"
    if is_in != isinstance(other, list):
        raise NotSaidError(_LACK, text)  # a piece of a text is looked for, or a whole list is compared
    values = other if is_in else [other]
    if not isinstance(found, Lookup) or found.root != "record" or not found.keys:
        raise NotSaidError(_LACK, text)
    if found.default is not None:
        raise NotSaidError(_LACK, text)  # a record without a value may be wanted
    if not all(isinstance(value, str) for value in values):
        raise NotSaidError(_LACK, text)
    return {write_path(found.keys): [str(value) for value in values]}


def _write_key(text: str, component: Component) -> str:
    try:
        return read_constant(text, component)
    except NotSaidError:
        raise NotSaidError("a path of records that has to be worked out", text) from None


def _as_list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]
