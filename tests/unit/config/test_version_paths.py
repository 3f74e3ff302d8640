"""Beginnings of paths that depend on the account's version of the API."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from crm_sync.config.rest_config import RestConfig
from crm_sync.exceptions import ConfigError

PATHS = {"v3": {"things": "/v3/things"}, "other": {"things": "/things/{api_version}"}}


@pytest.mark.parametrize(
    ("version", "path"), [("v3", "/v3/things"), ("", "/v3/things"), ("2026-03", "/things/2026-03")]
)
def test_path_begins_as_the_version_wants(version, path):
    assert RestConfig(api_version="v3", paths=PATHS).fill_paths(version)["things"] == path


def test_version_without_paths_is_refused_where_there_are_none_for_others():
    rest = RestConfig(api_version="v3", paths={"v3": PATHS["v3"]})
    with pytest.raises(ConfigError, match=r"extra\.api_version': expected one of v3, got '2026-03'"):
        rest.fill_paths("2026-03")


def test_without_paths_the_version_is_the_only_piece():
    assert RestConfig(api_version="v3").fill_paths("v4") == {"api_version": "v4"}


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        ({"v3": {"a": "/a"}, "other": {"b": "/b"}}, r"rest\.paths\.v3: expected the names of all"),
        ({"v3": {"a": "a"}}, r"rest\.paths\.v3\.a: expected a path with a slash"),
        ({"v3": {"a": "/{b}"}}, r"no slot but \{api_version\}"),
        ({"v2": {"a": "/a"}}, r"rest\.paths: expected other, or those of api_version"),
    ],
    ids=["names", "slash", "slot", "version"],
)
def test_paths_that_could_not_be_filled_are_refused(paths, words):
    with pytest.raises(ValidationError, match=words):
        RestConfig(api_version="v3", paths=paths)


@pytest.mark.parametrize(
    "words",
    [{"auth_extra": "auth"}, {"auth": "oauth", "auth_extra": "auth", "oauth": {"token_url": "/t"}}],
    ids=["no-oauth", "oauth-anyway"],
)
def test_choice_of_the_connection_needs_two_ways(words):
    with pytest.raises(ValidationError, match=r"rest\.auth_extra"):
        RestConfig(**words)
