"""Keys that are wrong, were reset or lack a right: one sentence each, in the check and in a run."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import SourceError
from crm_sync.sync.connection_check import check_source
from tests.sources.test_connection_check import failures, open_door

RIGHT = "lc-right"
WRONG = "LeadConduit answered 401: the API key (password) is missing or wrong, was reset"
KEYS = {
    "wrong": ({}, "lc-typo", WRONG),
    "reset": ({"reset_keys": frozenset({RIGHT})}, RIGHT, WRONG),
    "free account": (
        {"free_keys": frozenset({RIGHT})},
        RIGHT,
        "belongs to a free account, which may not read events",
    ),
    "no right": (
        {"restricted_keys": frozenset({RIGHT})},
        RIGHT,
        "LeadConduit answered 403: the key's user may not read this",
    ),
}


@pytest.mark.parametrize(("settings", "key", "said"), KEYS.values(), ids=KEYS)
def test_key_that_will_not_do_is_one_sentence_in_check_and_run(open_account, settings, key, said):
    kit = open_account(more_keys=(RIGHT,), **settings)
    client = kit.make_client(password=key)
    findings = failures(list(check_source(kit.source, lambda: open_door(kit.source, client))))
    assert len(findings) == 1
    (text,) = findings.values()
    assert said in text
    assert key not in text
    kit.fake.requests.clear()
    error = kit.read("leads", client=kit.make_client(password=key), catch=SourceError).error
    assert said in str(error)
    assert "\n" not in str(error)
    assert len(kit.fake.requests) == 1, "not asked again"


def test_any_user_name_goes_with_the_right_key(kit):
    for login in ("API", "X", "anybody"):
        assert kit.read("leads", client=kit.make_client(login=login)).ids == kit.sources()


def test_good_key_is_said_with_the_table(kit):
    client = kit.make_client()
    findings = list(check_source(kit.source, lambda: open_door(kit.source, client)))
    assert failures(findings) == {}
    assert [one.about for one in findings] == [
        f"connection leadconduit_default ({kit.fake.url})", "leadconduit.leads"
    ]  # fmt: skip


def test_host_of_another_system_is_said(kit):
    client = kit.make_client(url=f"{kit.fake.url}/classic")
    findings = failures(list(check_source(kit.source, lambda: open_door(kit.source, client))))
    (text,) = findings.values()
    assert "the host must be https://app.leadconduit.com" in text
