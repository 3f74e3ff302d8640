"""The answers of a paged list to records, and what the last one says of the end, by the YAML's words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.json_values import Literal, decode, find_charset, plain, read_json
from tests.oracle.records import judge
from tests.oracle.settings import Entity
from tests.oracle.told import Reading

_TRUE = {"true", "1", "yes", "y", "t", "on"}
_FALSE = {"false", "0", "no", "n", "f", "off"}
_GONE = object()


@dataclass(frozen=True)
class Exchange:
    """One request and its answer."""

    path: str
    query: Mapping[str, str]
    body: bytes
    status: int = 200
    content_type: str | None = "application/json"


@dataclass
class Answer:
    """A good answer: its list and what stands around it."""

    exchange: Exchange
    payload: Any
    records: list[Any]


@dataclass
class End:
    """What an answer says of the end of its list; empty: that it is over."""

    doubt: str | None = None
    either: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def read_list(exchanges: Sequence[Exchange], entity: Entity) -> Reading:
    """Say what a read that saw these answers must come to; it has one pass and no filter by time."""
    (one,) = entity.read["passes"]
    answers, last_is_good = [], False
    for exchange in exchanges:
        found = open_answer(exchange, one.get("records_path", "results"))
        last_is_good = found is not None
        if found is not None:
            answers.append(found)
    if not answers or not last_is_good:
        return Reading(failure="the last answer is no list of records")
    records = [
        judge(record, entity, f"answer {number}, record {place}")
        for number, answer in enumerate(answers, start=1)
        for place, record in enumerate(answer.records, start=1)
    ]
    reading = Reading(records)
    if one.get("paged", True):
        end = judge_end(answers, one.get("paging") or entity.read["paging"], entity)
        reading.doubt, reading.either = end.doubt, end.either
    return reading


def open_answer(exchange: Exchange, where: str | Sequence[str]) -> Answer | None:
    """Give the list of an answer; None where it has none."""
    if exchange.status != 200:
        return None
    try:
        payload = read_json(decode(exchange.body, find_charset(exchange.content_type)))
    except ValueError:
        return None
    for path in [where] if isinstance(where, str) else where:
        found = look(payload, path)
        if isinstance(found, list):
            if not found and isinstance(payload, dict) and (payload.get("errors") or payload.get("error")):
                return None
            # one thing that is no record, and the answer is none
            if not all(isinstance(one, dict) for one in found):
                return None
            return Answer(exchange, payload, found)
    return None


def look(payload: Any, path: str) -> Any:
    """Follow a dotted path in an answer."""
    for name in path.split(".") if path else ():
        if not isinstance(payload, dict) or name not in payload:
            return _GONE
        payload = payload[name]
    return payload


def judge_end(answers: Sequence[Answer], paging: Mapping[str, Any], entity: Entity) -> End:
    """Say whether the last answer ends the list."""
    style = paging.get("style", "cursor")
    judges = {"cursor": _judge_link, "link": _judge_link, "offset": _judge_offset, "keyset": _judge_length}
    return judges[style](answers, paging, entity)


def _judge_link(answers: Sequence[Answer], paging: Mapping[str, Any], _entity: Entity) -> End:
    last = answers[-1].payload
    flag = _flag(last, paging.get("more_path"))
    value = look(last, paging["next_path"])
    if value is False:
        return End(either="false stands where the next page is told")
    if value is _GONE or value is None or value == "":
        return End(doubt="a flag says that there is more") if flag is True else End()
    if flag is False:
        return End(either="the flag says the end, and there is a next one")
    return End(doubt="the last answer names a next page")


def _judge_offset(answers: Sequence[Answer], paging: Mapping[str, Any], entity: Entity) -> End:
    last, count = answers[-1], len(_distinct(answers))
    flag = _flag(last.payload, paging.get("more_path"))
    if flag == "odd":
        return End(doubt="what stands in the flag's place is none")
    if flag is True:
        return End(doubt="the last answer says that there is more")
    total = _number(last.payload, paging.get("total_path"))
    pages = _number(last.payload, paging.get("total_pages_path"))
    if "odd" in (total, pages):
        return End(doubt="what stands in the total's place is no number")
    if isinstance(total, int) and count < total:
        return End(doubt=f"{count} records were read of {total}")
    if isinstance(pages, int) and pages > 0:
        page = int(last.exchange.query.get(paging.get("param", "offset"), paging.get("first", 0)))
        done = page - int(paging.get("first", 0)) + 1
        return End(doubt=f"page {done} of {pages} was the last") if done < pages and last.records else End()
    if flag is False or isinstance(total, int):
        return End()
    return _judge_length(answers, paging, entity)


def _judge_length(answers: Sequence[Answer], paging: Mapping[str, Any], entity: Entity) -> End:
    usual = "empty" if paging.get("style") == "keyset" else "short"
    last = answers[-1].records
    if not last:
        return End()
    if len(answers) > 1 and len(_distinct(answers)) == len(_distinct(answers[:-1])):
        # what was sent again says nothing: the end, or a source that ends by sending something again
        return End(either="the last page brings nothing new")
    named = any(paging.get(name) for name in ("more_path", "total_path", "total_pages_path"))
    if named and "end" not in paging:
        return End(doubt="the words that tell the end are missing, and the last page is not empty")
    if paging.get("end", usual) == "empty":
        return End(doubt="the last page is not empty")
    asked = int(answers[-1].exchange.query.get(paging.get("limit_param", "limit"), entity.page_size))
    given = max(len(one.records) for one in answers)
    if len(last) >= asked:
        return End(doubt="the last page is full")
    if given == len(last) and len(answers) > 1:
        return End(doubt="the last page is as long as those before it")
    # the source may give fewer than were asked for: one page alone doesn't show it
    return End(either="a page alone, shorter than asked for") if len(answers) == 1 else End()


def _distinct(answers: Sequence[Answer]) -> set[str]:
    return {
        json.dumps(plain(one), sort_keys=True, default=str) for answer in answers for one in answer.records
    }


def _flag(payload: Any, path: str | None) -> bool | str | None:
    value = look(payload, path) if path else None
    if value is None or value is _GONE or value == "":
        return None
    if isinstance(value, bool):
        return value
    text = value.text if isinstance(value, Literal) else value
    if isinstance(text, str):
        low = text.strip().lower()
        if low in _TRUE | _FALSE:
            return low in _TRUE
    return "odd"


def _number(payload: Any, path: str | None) -> int | str | None:
    value = look(payload, path) if path else None
    if value is None or value is _GONE or value == "":
        return None
    text = value.text if isinstance(value, Literal) else value
    if isinstance(text, str) and text.strip().isdigit():
        return int(text)
    return "odd"
