"""What `crm-sync new` writes is read by the product, whatever the key and the pages are."""

from __future__ import annotations

import importlib
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

import sandbox
from crm_sync.cli.main import main
from crm_sync.config.loader import load_source
from crm_sync.sync.connection_check import check_source
from tests.shipped import CONFIGS
from tests.sources.rest_kit import RestKit
from tests.sources.test_connection_check import open_door

CHECKOUT = CONFIGS.parents[1]
LISTS = ("sandbox/run_environment.py", "tests/conformance/accounts.py")


class NewKit(RestKit):
    """The fake that was just written, and the key that it takes."""

    def credentials(self, extra):
        return "sandbox-user", "sandbox-token"


@pytest.fixture
def make_crm(tmp_path, monkeypatch):
    """Write a CRM into a checkout with the lists and the frame, and serve its fake."""
    for file in (*LISTS, "scripts/generate_docs.py", "dags/configs/defaults.yaml"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / file, tmp_path / file)
    shutil.copytree(CHECKOUT / "sandbox/frame", tmp_path / "sandbox/frame")
    # the new package lies beside the others, as in a checkout
    monkeypatch.setattr(sandbox, "__path__", [*sandbox.__path__, str(tmp_path / "sandbox")])
    served = []

    def make(name: str, *options: str, **settings):
        result = CliRunner().invoke(main, ["new", name, str(tmp_path), *options])
        assert result.exit_code == 0, result.output
        fake_class = getattr(importlib.import_module(f"sandbox.{name}"), f"{name.capitalize()}Sandbox")
        fake = fake_class(**{"counts": {"customers": 250}, "rate_limits": False, **settings})
        serving = fake.serve()
        serving.__enter__()
        served.append(serving)
        return NewKit(fake, load_source(tmp_path / "dags/configs", name))

    yield make
    for serving in served:
        serving.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("auth", "paging"),
    [("bearer", "cursor"), ("basic", "page"), ("header", "offset"), ("oauth", "link")],
)
def test_new_crm_is_read_whole_and_by_change(make_crm, auth, paging):
    kit = make_crm(f"made{auth}{paging}", "--auth", auth, "--paging", paging)
    records = kit.fake.store.list_all("customers")
    whole = kit.read("customers")
    assert (whole.is_whole, whole.reason) == (True, None)
    assert whole.ids == sorted(str(one["id"]) for one in records)
    # pages of 100
    assert len(kit.queries("/v1/customers")) == 3
    newest = sorted(records, key=lambda one: one["updatedAt"])[240:]
    delta = kit.read("customers", since=datetime.fromisoformat(newest[0]["updatedAt"]))
    assert delta.ids == sorted(str(one["id"]) for one in newest)


def test_new_crm_passes_its_own_check_and_refuses_another_key(make_crm):
    kit = make_crm("madechecked")
    good, bad = (
        list(check_source(kit.source, lambda client=client: open_door(kit.source, client)))
        for client in (kit.make_client(), kit.make_client(password="another"))
    )
    assert [one.is_good for one in good] == [True, True]
    assert [one.is_good for one in bad] == [False]
    assert "missing, wrong or revoked" in bad[0].text


def test_fake_of_a_new_crm_counts_requests_and_keeps_its_changes(make_crm, tmp_path):
    kit = make_crm("madelimited", rate_limits=True, requests_per_minute=2, activity=5,
                   state=str(tmp_path / "state"))  # fmt: skip
    kit.read("customers")
    assert 429 in [entry.status for entry in kit.fake.requests.entries()]
    again = type(kit.fake)(counts={"customers": 250}, state=str(tmp_path / "state"))
    assert again.store.tables == kit.fake.store.tables
    assert Path(tmp_path / "state").read_text().count("\n") == 6
