"""Reads an answer as YAML's words describe it, and puts its records where `records_path` says they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from requests.utils import parse_header_links

from crm_sync.config.answers import AnswerWords, RowWords
from crm_sync.config.paging import HEADER, Paging
from crm_sync.exceptions import UnexpectedResponseError
from crm_sync.rest.cell_times import CellFormat
from crm_sync.rest.csv_answers import decode_csv
from crm_sync.rest.csv_cells import read_cells
from crm_sync.rest.decoding import decode_json, read_charset
from crm_sync.rest.header_rows import build_records, check_header
from crm_sync.rest.messages import Answer, describe_value, find_list, find_path
from crm_sync.rest.odata_answers import decode_odata
from crm_sync.rest.odata_model import decode_model
from crm_sync.rest.page_words import read_count, read_flag
from crm_sync.rest.xml_answers import decode_xml
from crm_sync.sources.rest.record_places import fill_null, list_elements, replace_at, wrap_single

Reader = Callable[[Answer], object]
Keys = tuple[tuple[str, ...], ...]
"""For each column of the key, the names of which a header row has to have one."""


def build_reader(
    words: AnswerWords,
    paths: tuple[str, ...],
    keys: Keys,
    types: Mapping[str, str] | None = None,
    formats: Mapping[str, CellFormat] | None = None,
    *,
    is_first: bool = False,
) -> Reader | None:
    """Give what reads an answer; None: it is plain JSON, which the client reads itself.

    Args:
        words: what the answer is.
        paths: where the records are.
        keys: of the entity; a header row without them is no header row of its records.
        types: by field, the type that the account gives it; for cells of CSV and of rows.
        formats: by field, how its dates and times are written.
        is_first: it is the first page of its list.

    Returns:
        A function from an answer to its data, which raises ValueError where the answer is not as described.
    """
    if words == AnswerWords():
        return None

    def read(answer: Answer) -> object:
        data = _decode(words, answer, keys, types or {})
        if words.good_path:
            _check_good(words.good_path, data)
        if words.format == "xml":
            list_elements(data, paths)
        if words.null_list:
            fill_null(data, paths)
        if words.single:
            data = wrap_single(data, paths)
        if words.rows is not None:
            data = _read_rows(data, paths, words.rows, keys, is_first=is_first)
            if words.cells:
                _read_types(find_list(data, paths) or (), words, types or {}, formats or {})
        if words.count_path:
            _check_count(words.count_path, answer, data, paths)
        return data

    return read


def add_headers(answer: Answer, paths: tuple[str, ...]) -> object:
    """Give an answer's data with some of its headers, each under the whole path.

    Args:
        answer: decoded.
        paths: `header:Name`; of a `Link` header the address of the next page is meant.
    """
    body = answer.data if isinstance(answer.data, Mapping) else {}
    return {**body, **{path: _read_header(answer, path.removeprefix(HEADER)) for path in paths}}


def list_header_paths(paging: Paging) -> tuple[str, ...]:
    """Give those paths of a page style's words that name headers."""
    words = (value for name, value in paging if name.endswith("_path") and isinstance(value, str))
    return tuple(path for path in words if path.startswith(HEADER))


def _read_header(answer: Answer, name: str) -> str | None:
    text = answer.headers.get(name)
    if text is None or name.lower() != "link":
        return text
    links = (link for link in parse_header_links(text) if link.get("rel") == "next")
    return next((link["url"] for link in links), None)


def _decode(words: AnswerWords, answer: Answer, keys: Keys, types: Mapping[str, str]) -> object:
    charset = read_charset(answer.headers.get("Content-Type"))
    if words.format == "xml":
        return decode_xml(answer.body, charset)
    if words.format == "odata":
        return decode_odata(answer.body, charset)
    if words.format == "odata_model":
        return decode_model(answer.body, charset)
    if words.format == "csv":
        header, records = decode_csv(
            answer.body, charset, delimiter=words.delimiter, null_values=words.null_values
        )
        _check_keys(header, keys)
        if words.cells:
            read_cells(records, {name: words.cells.get(types.get(name, "")) for name in header})
        return records
    try:
        return decode_json(answer.body, charset)
    except ValueError as error:
        raise ValueError(f"can't be read: {error}" if "charset" in str(error) else "is no JSON") from None


def _read_rows(
    data: object, paths: tuple[str, ...], words: RowWords, keys: Keys, *, is_first: bool
) -> object:
    path = next((one for one in paths if find_list(data, (one,)) is not None), None)
    if path is None:
        return data  # the check of all answers says what is there instead
    rows = [_read_cells(row, words) for row in find_list(data, (path,)) or ()]
    names = _read_names(data, words) if words.header_path else None
    if names is None and not rows and words.bare:
        return data
    if names is None and words.header_path:
        raise ValueError(f"has no header row at '{words.header_path}'")
    if names is None and not rows:
        raise ValueError("has no header row, and no row at all")
    header = check_header(rows.pop(0) if names is None else names, "answer")
    _check_keys(header, keys)
    if words.repeats_names and is_first:
        _drop_names(rows, header)
    if words.null_values:
        rows = [_blank(row, words.null_values) for row in rows]
    pads, keeps_empty = words.short == "null", bool(words.cell_path)
    return replace_at(data, path, build_records(header, rows, pads=pads, keeps_empty=keeps_empty))


def _read_names(data: object, words: RowWords) -> object:
    found = _as_list(find_path(data, words.header_path))
    if not words.name_path or not isinstance(found, list):
        return found
    return [find_path(one, words.name_path) for one in found]


def _read_cells(row: object, words: RowWords) -> object:
    cells = _as_list(find_path(row, words.cells_path)) if words.cells_path else row
    if not words.cell_path or not isinstance(cells, list):
        return cells
    odd = [(at, cell) for at, cell in enumerate(cells, 1) if not isinstance(cell, dict)]
    if odd:
        raise ValueError(f"has {describe_value(odd[0][1])} as cell {odd[0][0]} of a row, not an object")
    return [find_path(cell, words.cell_path) for cell in cells]


def _drop_names(rows: list[object], header: list[str]) -> None:
    """Take the names off a first page; without them there, its first record would be lost."""
    if not rows or rows[0] != header:
        found = describe_value(rows[0]) if rows else "no row at all"
        raise ValueError(f"has no row of names in front of its first page: there is {found}")
    del rows[0]


def _blank(row: object, null_values: tuple[str, ...]) -> object:
    return [None if cell in null_values else cell for cell in row] if isinstance(row, list) else row


def _read_types(
    records: Sequence[dict[str, Any]],
    words: AnswerWords,
    types: Mapping[str, str],
    formats: Mapping[str, CellFormat],
) -> None:
    kinds = {name: words.cells.get(types.get(name, "")) for record in records[:1] for name in record}
    read_cells(records, kinds, formats, nests=False)


def _as_list(value: object) -> object:
    """Give a list of one for what may be a list of one in XML."""
    return [value] if isinstance(value, str) else value


def _check_keys(header: list[str], keys: Keys) -> None:
    for names in keys:
        if not any(name in header for name in names):
            raise ValueError(f"has a header row without '{names[0]}', which the key is made from")


def _check_good(path: str, data: object) -> None:
    try:
        is_good = read_flag(data, path)
    except UnexpectedResponseError as error:
        raise ValueError(str(error).removeprefix("the answer ")) from None
    if not is_good:
        raise ValueError(
            f"does not say at '{path}' that it is good, there is {describe_value(find_path(data, path))}"
        )


def _check_count(path: str, answer: Answer, data: object, paths: tuple[str, ...]) -> None:
    try:
        whole = replace(answer, data=data)
        said = read_count(add_headers(whole, (path,)) if path.startswith(HEADER) else data, path)
    except UnexpectedResponseError as error:
        raise ValueError(str(error).removeprefix("the answer ")) from None
    came = len(find_list(data, paths) or ())
    if said is None:
        raise ValueError(f"does not say at '{path}' how many records it holds")
    if said != came:
        raise ValueError(f"says at '{path}' that it holds {said:,} records, and {came:,} came")
