"""The service's model tells which properties a set has, to whoever looks for new ones."""

from __future__ import annotations

from datetime import UTC, datetime

from crm_sync.sources.registry import choose_door
from crm_sync.sync.survey.entity_survey import survey_entity

MODEL = "*/$metadata"


def survey(account, entity):
    door = choose_door(account.source, entity, account.make_client())
    return survey_entity(door, entity, datetime.now(UTC))


def test_properties_without_a_column_have_the_models_types_even_of_a_set_without_records(open_account):
    account = open_account(counts={"jobs": 0})
    known = account.entity("jobs")
    left = {name: one for name, one in known.fields.items() if name not in ("is_active", "created_date")}
    lost = known.fields.keys() - left.keys()
    found = survey(account, known.model_copy(update={"fields": left}))
    told = {one.source: (str(one.type), one.told) for one in found.fields}
    assert told.keys() == {known.fields[name].source for name in lost}
    assert set(told.values()) <= {("boolean", "Edm.Boolean"), ("datetime", "Edm.DateTime")}
    assert (found.sampled, found.is_asked, found.missing) == (None, True, {})
    assert [entry.path for entry in account.fake.requests.entries()] == ["/WcfDataService.svc/$metadata"]


def test_every_set_has_what_the_yaml_names(account):
    for name, entity in account.source.entities.items():
        found = survey(account, entity)
        assert (name, found.missing, found.fields) == (name, {}, ())


def test_column_that_the_model_lacks_is_named(account):
    known = account.entity("contacts")
    fields = {**known.model_dump()["fields"], "fax": {"source": "faxNumber"}}
    assert survey(account, account.entity("contacts", fields=fields)).missing == {"fax": "faxNumber"}


def test_reads_do_not_ask_for_the_model(account):
    assert account.read("contacts").error is None
    assert account.fake.requests.entries(MODEL) == []
