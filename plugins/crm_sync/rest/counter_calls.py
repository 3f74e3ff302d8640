"""The request for a source's own counts of our calls; it goes the way of any other."""

from __future__ import annotations

from dataclasses import replace

from crm_sync.config.counters import CounterWords
from crm_sync.rest.call_counters import CallCounters
from crm_sync.rest.client import RestClient
from crm_sync.rest.decoding import read_charset
from crm_sync.rest.messages import Answer, Request, find_path
from crm_sync.rest.xml_answers import decode_xml
from crm_sync.untyped import Json


def build_counters(client: RestClient, words: CounterWords, *, reserve: float) -> CallCounters:
    """Give the counts of a client's account.

    Args:
        client: whose requests they are for; the request for the counts is sent like any of them.
        words: how it is asked.
        reserve: share of each limit that is left to other tools.
    """
    # its pacer is the client's, so the two keep one pace; without counters, it never asks for itself
    asking = replace(client, counters=None)

    def ask() -> Json:
        return asking.send(_build_request(words, client.api_version)).data

    def tell_time() -> float:
        # the pacer's waiter may be replaced later on
        return client.pacer.waiter.clock()

    return CallCounters(words, ask, tell_time, reserve, client.crm_source)


def _build_request(words: CounterWords, api_version: str) -> Request:
    path = words.path.replace("{api_version}", api_version)
    read = _read_xml if words.format == "xml" else None

    def check(data: Json) -> str | None:
        # a fault with a status of success is no answer either
        is_there = find_path(data, words.records_path) is not None
        return None if is_there else f"has no counts at '{words.records_path}'"

    request = Request(words.method, path, words.params, headers=words.headers, read=read, check=check)
    if words.body is None:
        return request
    if words.body.format == "json":
        return replace(request, json=words.body.content)
    headers = {"Content-Type": "text/xml; charset=utf-8", **words.headers}
    return replace(request, headers=headers, body=str(words.body.content).encode())


def _read_xml(answer: Answer) -> Json:
    return decode_xml(answer.body, read_charset(answer.headers.get("Content-Type")))
