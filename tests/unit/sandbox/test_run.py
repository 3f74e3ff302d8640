"""`make sync`: what is not there starts nothing, and the flags are those of `crm-sync sync`."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from sandbox import run


@pytest.fixture(autouse=True)
def nothing_starts():
    def refuse(*_, **__):
        raise AssertionError("a sandbox was started")

    with patch.object(run, "running", refuse), patch("signal.signal"):
        yield


def test_crm_that_is_unknown_is_a_sentence(capsys):
    assert run.main(["sync", "--crm", "hupspot"]) == 2
    assert capsys.readouterr().out.startswith("CRM 'hupspot' is unknown: expected one of arrivy,")


def test_help_is_that_of_the_command(capsys):
    assert run.main(["sync", "--crm", "csv", "--help"]) == 0
    assert "crm-sync sync [OPTIONS] CRM [ENTITY]..." in capsys.readouterr().out
