"""Cases of HubSpot's walks: odd values, pages that overlap, come twice, or name no usable next one."""

from __future__ import annotations

import io
import json
import random
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3 import HTTPResponse

from sandbox.frame.messages import Request
from sandbox.hubspot import HubSpotSandbox
from tests.conformance.account_hubspot import HubSpotAccount
from tests.conformance.kinds import read_source
from tests.fuzz.cases import Case, chance
from tests.fuzz.kit import ROOT, Wire, is_rejected, open_rest, read_all
from tests.fuzz.notations import write
from tests.oracle.compare import compare_record
from tests.oracle.json_values import read_json
from tests.oracle.records import judge
from tests.oracle.settings import read_entity

_LIES = (
    "overlap",
    "page_twice",
    "after_number",
    "after_object",
    "after_same",
    "results_object",
    "results_missing",
    "record_null",
    "truncated",
)
_KINDS = {
    "email": "email",
    "phone": "phone",
    "hs_email_optout": "boolean",
    "num_associated_deals": "integer",
    "total_revenue": "decimal",
    "notes_last_contacted": "datetime",
    "city": "string",
    "website": "url",
}


def generate(rng: random.Random) -> Case:
    """Make a lie, and odd values of a few properties."""
    lies = [rng.choice(_LIES)] if chance(rng, 0.5) else []
    values = {name: write(rng, kind) for name, kind in _KINDS.items() if chance(rng, 0.4)}
    return {
        "entity": rng.choice(["contacts", "contacts", "owners"]),
        "lies": lies,
        "at": rng.randint(1, 3),
        "values": values,
        "page_size": rng.choice([20, 50, 100]),
    }


@lru_cache(maxsize=1)
def _fake() -> HubSpotSandbox:
    return HubSpotSandbox(rate_limits=False, counts={"contacts": 130, "owners": 130})


class _HubSpotWire(Wire):
    """The sandbox without its socket, and a liar in front of it."""

    def __init__(self, fake: HubSpotSandbox, case: Case) -> None:
        super().__init__(lambda _path, _query: (500, {}, b""))
        self.fake, self.case = fake, case
        self.pages, self.last = 0, []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        headers = [(key.lower().encode(), str(value).encode()) for key, value in request.headers.items()]
        scope = {
            "method": request.method,
            "path": parts.path,
            "query_string": parts.query.encode(),
            "headers": headers,
        }
        body = request.body or b""
        with self._lock:
            told = self.fake.answer(Request(scope, body if isinstance(body, bytes) else body.encode()))
            content = self._lie(parts.path, told.status, told.body)
        response = requests.Response()
        response.status_code, response.url, response.request = told.status, request.url or "", request
        for key, value in told.headers:
            response.headers[key.decode()] = value.decode()
        response.headers.setdefault("Content-Type", "application/json")
        response.raw = HTTPResponse(io.BytesIO(content), status=told.status, preload_content=False)
        return response

    def _lie(self, path: str, status: int, content: bytes) -> bytes:
        if status != 200 or not path.endswith(("/objects/contacts", "/owners", "/owners/", "/batch/read")):
            return content
        payload = json.loads(content)
        found = payload.get("results", [])
        for record in found:
            if record.get("properties") and record["id"] == self.case.get("key"):
                record["properties"].update(
                    {key: value for key, value in self.case["values"].items() if key in record["properties"]}
                )
        if not path.endswith("/batch/read"):
            self.pages += 1
            payload = self._change(payload, found)
            self.last = found
        lies = self.case["lies"]
        text = json.dumps(payload)
        return text[:-9].encode() if "truncated" in lies and self.pages == self.case["at"] else text.encode()

    def _change(self, payload: Any, found: list[Any]) -> Any:
        lie, after = (self.case["lies"] or [""])[0], payload.get("paging", {}).get("next")
        if lie == "overlap" and self.last:
            payload["results"] = [self.last[-1], *found]
        if self.pages != self.case["at"] + 1:
            return payload
        if lie == "page_twice" and self.last and after:
            payload["results"] = [*self.last, *found]
        if lie == "after_number" and after:
            after["after"] = int(after["after"]) if after["after"].isdigit() else 7
        if lie == "after_object" and after:
            after["after"] = {"id": after["after"]}
        if lie == "after_same" and after:
            after["after"] = "0"
        if lie == "results_object":
            payload["results"] = {"id": "1"}
        if lie == "results_missing":
            del payload["results"]
        if lie == "record_null" and found:
            found[0] = None
        return payload


def check(case: Case) -> list[str]:
    """Compare what arrives with what the account has."""
    name, fake, source = case["entity"], _fake(), read_source("hubspot")
    config, entity = source.entities[name], read_entity(ROOT / "dags" / "configs", "hubspot", name)
    has = {str(one["id"]): one for one in HubSpotAccount(fake, source, None).list_records(config)}
    case = {**case, "key": min(key for key, one in has.items() if not one.get("archived"))}
    wire = _HubSpotWire(fake, case)
    done = read_all(_open(source, config, wire), config, page_size=case["page_size"])
    if done.error is not None:
        if not type(done.error).__module__.startswith("crm_sync."):
            return [f"raises {type(done.error).__name__}: {str(done.error)[:200]}"]
        return [] if set(case["lies"]) - {"overlap"} else [f"good data fails: {str(done.error)[:200]}"]
    found = []
    got = {str(row["id"]): (row, rules) for row, rules in zip(done.rows, done.rules, strict=True)}
    if done.reason is None and has.keys() - got.keys():
        found.append(f"success with {len(got)} records of {len(has)}")
    for key, (row, rules) in got.items():
        record = json.loads(json.dumps(has[key])) if key in has else None
        if record is None:
            found.append("a record arrives that the account does not have")
            continue
        if key == case["key"] and "properties" in record:
            record["properties"].update(
                {one: value for one, value in case["values"].items() if one in record["properties"]}
            )
        told = judge(read_json(json.dumps(record)), entity, key)
        if not is_rejected(rules) or told.rejected:
            found += [
                f"{one} <- {case['values']}"
                for one in compare_record(told, row, rules, entity)
                if not one.startswith("record_url")
            ]
    return found


def _open(source: Any, config: Any, wire: Wire) -> Any:
    return open_rest(source, config, wire, key=_fake().access_token)
