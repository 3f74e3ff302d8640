"""Results that are read from their file in the bucket: the rows of the pages, by ranges, or one sentence."""

from __future__ import annotations

import pytest

from crm_sync.constants import SyncStatus
from crm_sync.exceptions import (
    AuthenticationError,
    ConfigError,
    FatalSourceError,
    SourceError,
    UnexpectedResponseError,
)
from tests.conformance.tables import assert_table
from tests.conformance.worker import run_worker
from tests.sources.salespro.conftest import EXTRA

OBJECTS = "/sandbox-results/*"


def s3(kit, **more):
    return kit.make_client(results_from_s3=True, s3_endpoint_url=kit.fake.url, **more)


def count_ranges(fake):
    return len(fake.requests.entries(OBJECTS))


def texts(result):
    return [row for page in result.pages if page.frame is not None for row in page.frame.to_dicts()]


def shrink(entity, **changes):
    """Read the file in small ranges."""
    job = entity.read.job
    file = job.file.model_copy(update=changes)
    read = entity.read.model_copy(update={"job": job.model_copy(update={"file": file})})
    return entity.model_copy(update={"read": read})


def small(kit, sync_type="estimates", range_bytes=512):
    return shrink(kit.source.entities[sync_type], range_bytes=range_bytes)


@pytest.mark.parametrize("sync_type", ["lead_results", "user_activities", "customers"])
def test_file_holds_what_the_pages_hold(open_account, sync_type):
    kit = open_account(counts={sync_type: 60}, quirks=True, long_text=2_000)
    wanted = kit.read(sync_type).records
    kit.fake.requests.clear()
    found = texts(kit.read(sync_type, client=s3(kit)))
    assert found == wanted
    assert kit.count("GetQueryResults") == 0
    assert count_ranges(kit.fake) == 2, "its header, and the rest"


def test_null_and_empty_text_are_told_apart(kit):
    kit.fake.changes.clear("estimates")
    for key, city in (("a", None), ("b", ""), ("c", ' "q", \n')):
        kit.fake.changes.create("estimates", {"estimate_id": key, "city": city})
    found = {row["estimate_id"]: row["city"] for row in texts(kit.read("estimates", client=s3(kit)))}
    assert found == {"a": None, "b": "", "c": ' "q", \n'}


@pytest.mark.parametrize("range_bytes", [64, 200, 1_000, 100_000])
def test_ranges_of_any_size_give_each_row_once(open_account, range_bytes):
    kit = open_account(counts={"estimates": 40}, quirks=True, long_text=700)
    wanted = kit.read("estimates").records
    entity = small(kit, range_bytes=range_bytes)
    assert texts(kit.read(entity, client=s3(kit))) == wanted


def test_query_without_rows_is_an_empty_read(kit):
    kit.fake.changes.clear("estimates")
    result = kit.read("estimates", client=s3(kit))
    assert (texts(result), result.reason) == ([], None)


def test_pages_are_no_larger_than_a_chunk(open_account):
    kit = open_account(counts={"estimates": 40})
    entity = kit.source.entities["estimates"].model_copy(update={"chunk_records": 16})
    result = kit.read(entity, client=s3(kit))
    assert [page.records for page in result.pages if page.records] == [16, 16, 8]


@pytest.mark.postgres
def test_table_is_the_same_and_the_history_names_the_query(open_lake):
    lake = open_lake(extra={**EXTRA, "results_from_s3": True})
    run = lake.run("estimates")
    assert (run.row.status, run.row.records_created) == (SyncStatus.SUCCESS, 45)
    entity = lake.entity("estimates")
    assert_table(lake.warehouse, entity, lake.account.expected(entity))
    assert run.row.configuration["source"]["jobs"]["all"]["records"] == 45
    assert len(lake.account.fake.requests.entries("/GetQueryResults/*")) == 0


@pytest.mark.postgres
def test_killed_worker_goes_on_in_the_file_and_pays_once(open_lake):
    lake = open_lake(extra={**EXTRA, "results_from_s3": True})
    changes = {"chunk_records": 10}
    run_worker(lake, "estimates", kill="during_fetch", run_id="killed", records=10, changes=changes)
    run = lake.run(lake.entity("estimates", **changes), run_id="killed")
    assert (run.row.status, run.row.records_created) == (SyncStatus.SUCCESS, 45)
    assert run.row.records_processed == 45, "what was staged is not read again"
    assert len(lake.account.fake.store.queries) == 1


def test_file_that_changed_between_two_ranges_is_read_from_its_beginning(open_account):
    kit = open_account(counts={"estimates": 40})
    wanted = kit.read("estimates").records

    def write_anew():
        query = list(kit.fake.store.queries.values())[-1]
        query.content = query.content.removesuffix(b"\n")

    kit.fake.hooks.before_page(OBJECTS, 4, write_anew)
    result = kit.read(small(kit), client=s3(kit))
    assert texts(result)[-len(wanted) :] == wanted
    assert len(texts(result)) > len(wanted), "what came of the other version is read again"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'"estimate_id","city"\n"a","b"\n"c"\n', "a row of 1 cells, and the header has 2"),
        (b'"estimate_id","city"\n"a","b","c"\n', "a row of 3 cells, and the header has 2"),
        (b'"estimate_id","city"\n"a","b\n', "ends inside of a record"),
        (b'"estimate_id","city"\n"a"x,"b"\n', "is no complete CSV"),
        (b'"estimate_id","city"\n"a","\xff"\n', "can't decode byte"),
        (b'"estimate_id","estimate_id"\n"a","b"\n', "estimate_id"),
        (b'"estimate_id","_fault"\n"a","b"\n', "'_fault', a name that the sync keeps for itself"),
        (b"\n", "header"),
    ],
    ids=["short", "long", "open_quote", "behind_quote", "bytes", "twice", "own_name", "no_header"],
)
def test_file_that_is_no_whole_csv_is_one_sentence(kit, content, said):
    def write_badly():
        list(kit.fake.store.queries.values())[-1].content = content

    kit.fake.hooks.before_page(OBJECTS, 1, write_badly)
    result = kit.read("estimates", client=s3(kit), catch=SourceError)
    assert isinstance(result.error, UnexpectedResponseError)
    assert said in str(result.error)
    assert "\n" not in str(result.error)


def test_range_that_is_cut_off_is_asked_for_again(kit):
    wanted = kit.read("estimates").records
    kit.fake.faults.add("cut_body", OBJECTS)
    result = kit.read("estimates", client=s3(kit))
    assert texts(result) == wanted
    assert result.metrics["retries"] == 1


def test_right_that_lacks_is_one_sentence_that_names_connection_and_object(open_account):
    kit = open_account(denied=frozenset({"GetObject"}))
    result = kit.read("estimates", client=s3(kit), catch=AuthenticationError)
    text = str(result.error)
    assert "salespro_default" in text
    assert "GET /sandbox-results/" in text
    assert "403" in text or "may not" in text


def test_object_that_is_gone_fails_and_is_no_empty_table(kit):
    def take_away():
        list(kit.fake.store.queries.values())[-1].output = ""

    kit.fake.hooks.before_page(OBJECTS, 1, take_away)
    result = kit.read("estimates", client=s3(kit), catch=FatalSourceError)
    assert result.error is not None
    assert result.error.status_code == 404
    assert texts(result) == []


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://elsewhere.example.com/x.csv", "https://elsewhere.example.com, which is not allowed"),
        ("http://169.254.169.254/latest", "http://169.254.169.254, which is not allowed"),
        ("file:///etc/passwd", "which is not allowed"),
        ("s3:///key", "names no bucket or no key"),
        ("", "expected the address of a file"),
    ],
    ids=["host", "inner", "scheme", "bucket", "none"],
)
def test_address_outside_of_what_the_connection_allows_gets_no_request(kit, address, said):
    before = kit.fake.answer

    def point_elsewhere(request):
        response = before(request)
        for query in kit.fake.store.queries.values():
            query.output = address
        return response

    kit.fake.answer = point_elsewhere
    result = kit.read("estimates", client=s3(kit), catch=SourceError)
    assert said in str(result.error)
    assert count_ranges(kit.fake) == 0


def test_extra_that_is_neither_true_nor_false_is_one_sentence(kit):
    client = kit.make_client(results_from_s3="maybe")
    with pytest.raises(ConfigError, match=r"extra\.results_from_s3.*true or false"):
        kit.read("estimates", client=client)
