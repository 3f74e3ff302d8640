"""The probe for changed files: an untouched one costs one call, and any doubt costs a whole read."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import AuthenticationError, ConfigError, SourceUnavailableError

LEADS = "marketing_leads"
DRIVE = "/drive/v3/files/*"


@pytest.fixture
def probed(account):
    """The leads with the probe switched on, and what a first read left."""
    account.leads = account.entity(LEADS, read={"probes": True})
    account.first = account.read(account.leads)
    return account


def read_again(account, **request):
    before = len(account.fake.requests.entries())
    read = account.read(account.leads, previous=account.first.facts, **request)
    return read, len(account.fake.requests.entries()) - before


def test_probe_is_off_unless_yaml_switches_it_on(account):
    account.read(previous=account.read().facts)
    assert not account.fake.requests.entries(DRIVE)


def test_untouched_file_costs_one_call_and_takes_nothing_as_deleted(probed, caplog):
    caplog.set_level("INFO", logger="crm_sync")
    read, calls = read_again(probed)
    assert (read.records, calls) == ([], 1)
    assert (read.is_whole, read.reason, read.facts["strategy"]) == (False, None, "unchanged")
    assert "has not changed since the previous run" in caplog.text


def test_untouched_file_stays_untouched_for_the_run_after(probed):
    read, _ = read_again(probed)
    again = probed.read(probed.leads, previous=read.facts)
    assert again.records == []


def test_edited_file_is_read_whole(probed):
    probed.put({"City": "Elsewhere"})
    read, calls = read_again(probed)
    assert (len(read.records), calls, read.is_whole) == (60, 6, True)


def test_full_and_force_read_an_untouched_file(probed):
    assert len(read_again(probed, must_read=True)[0].records) == 60


def test_another_configuration_reads_an_untouched_file(probed):
    entity = probed.entity(LEADS, read={"probes": True, "skip_rows": {"City": ["Nowhere"]}})
    assert len(probed.read(entity, previous=probed.first.facts).records) == 60


def test_another_file_is_read(probed):
    facts = {**probed.first.facts, "file": "1Other"}
    assert len(probed.read(probed.leads, previous=facts).records) == 60


def test_pages_of_an_earlier_try_are_completed_although_nothing_changed(probed):
    half = probed.read(probed.leads, page_size=20, stop_after=1)
    rest = probed.read(probed.leads, page_size=20, cursors=half.cursors, previous=probed.first.facts)
    assert len(rest.records) == 40


def test_edit_between_two_pages_is_seen_by_the_version_and_nothing_is_swept(probed):
    """Also one that no row shows: here it lies in a page that was read already."""
    probed.fake.hooks.before_page("*!A*", 3, lambda: probed.put({"City": "Changed"}, row=4))
    read = probed.read(probed.leads, page_size=20)
    assert "changed while it was read" in read.reason
    assert not read.is_whole
    # the version before the read is remembered, so the next run reads again
    assert len(probed.read(probed.leads, previous=read.facts).records) == 60


def test_edit_during_a_read_of_one_page_is_read_by_the_next_run(probed):
    probed.fake.hooks.before_page("*!A*", 1, lambda: probed.put({"City": "Changed"}))
    read = probed.read(probed.leads)
    assert read.reason is None
    assert len(probed.read(probed.leads, previous=read.facts).records) == 60


def test_drive_that_is_not_enabled_is_an_error_and_no_unchanged_file(open_account):
    account = open_account(disabled=frozenset({"drive"}))
    entity = account.entity(LEADS, read={"probes": True})
    read = account.read(entity, client=account.sign_in(), catch=AuthenticationError)
    assert "the API is not enabled in the cloud project of the key" in str(read.error)


def test_answer_without_a_version_is_an_error_and_no_unchanged_file(account):
    read = {"probes": True, "probe": {**account.source.entities[LEADS].read.probe.model_dump(), "params": {}}}
    done = account.read(account.entity(LEADS, read=read), catch=SourceUnavailableError)
    assert "has nothing at 'version', which changes with the file" in str(done.error)


def test_probe_asks_the_host_that_yaml_names_and_the_connection_may_name_another(account):
    probe = account.source.entities[LEADS].read.probe
    assert (probe.host, probe.host_extra) == ("https://www.googleapis.com", "drive_base_url")
    entity = account.entity(LEADS, read={"probes": True})
    account.read(entity, client=account.sign_in())
    # before the rows, and behind them
    assert len(account.fake.requests.entries(DRIVE)) == 2


def test_host_of_the_probe_without_a_scheme_is_one_sentence(account):
    probe = account.source.entities[LEADS].read.probe.model_dump()
    read = {"probes": True, "probe": {**probe, "host_extra": None, "host": "drive.example.com"}}
    done = account.read(account.entity(LEADS, read=read), catch=ConfigError)
    assert "expected an address with https:// in front, got 'drive.example.com'" in str(done.error)
