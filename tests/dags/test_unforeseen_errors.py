"""What Airflow tries again, and what would fail the same way: errors that the code itself made."""

from __future__ import annotations

import psycopg2
import pytest
import requests

from crm_sync.config.run_options import parse_options
from crm_sync.exceptions import SourceUnavailableError, UnforeseenError

pytestmark = pytest.mark.airflow
FAULTS = [AttributeError("a"), KeyError("k"), TypeError("t"), ValueError("v"), ZeroDivisionError("z")]
OTHERS = [
    ConnectionResetError("gone"),
    ImportError("half an update"),
    MemoryError(),
    OSError(28, "no space"),
    RuntimeError("can't start new thread"),
    SourceUnavailableError("down"),
    psycopg2.OperationalError("gone"),
    requests.exceptions.JSONDecodeError("no JSON", "<html>", 0),
]


@pytest.mark.parametrize("error", FAULTS, ids=repr)
def test_fault_in_the_code_is_not_tried_again_and_keeps_its_traceback(error: Exception):
    from airflow.sdk.exceptions import AirflowFailException

    from crm_sync.run_context import airflow_errors

    with (
        pytest.raises(AirflowFailException, match=type(error).__name__) as caught,
        airflow_errors(),
    ):
        raise error
    assert isinstance(fault := caught.value.__cause__, UnforeseenError)
    assert fault.__cause__ is error


@pytest.mark.parametrize("error", OTHERS, ids=repr)
def test_error_that_may_pass_is_left_to_retries(error: Exception):
    from crm_sync.run_context import airflow_errors

    with pytest.raises(type(error)) as caught, airflow_errors():
        raise error
    assert caught.value is error


def test_fault_names_the_last_place_in_the_package():
    with pytest.raises(AttributeError) as caught:
        parse_options(None, known_entities=[], own_flags=())  # type: ignore[arg-type]
    said = str(UnforeseenError(caught.value))
    assert said.startswith("AttributeError in crm_sync/config/run_options.py, line ")
    assert said.endswith("a fault in the code, so it is not retried. The task's log has the traceback.")
