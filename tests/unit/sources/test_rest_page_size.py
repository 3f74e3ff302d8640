"""Page sizes of lists: the connection may ask for smaller ones."""

from __future__ import annotations

import pytest

from crm_sync.exceptions import ConfigError
from tests.unit.sources.rest_list_support import AnsweringClient, page_of, run

EXTRA = {"page_size_extra": "per_page"}


def serve(**extras):
    return AnsweringClient(lambda request: [{"id": 1}] if page_of(request) == 1 else [], extras)


@pytest.mark.parametrize(
    ("extras", "wanted"),
    [({}, "50"), ({"per_page": "20"}, "20"), ({"per_page": "900"}, "50")],
    ids=["left-out", "smaller", "larger"],
)
def test_extra_makes_pages_smaller_and_never_larger(extras, wanted):
    client = serve(**extras)
    run(client, request={"page_size": 50}, **EXTRA)
    assert {request.params["limit"] for request in client.requests} == {wanted}


@pytest.mark.parametrize("value", ["-1", "many", "1.5"])
def test_extra_that_is_no_size_is_refused_by_name(value):
    client = serve(per_page=value)
    client.connection_id = "things_default"
    with pytest.raises(ConfigError, match=r"extra\.per_page"):
        run(client, **EXTRA)
