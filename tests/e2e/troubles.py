"""Troubles that a run of HubSpot's DAG in this process meets."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest


def make_client_impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a client send one request after the other, and wait for nothing longer than its own pauses."""
    from crm_sync.rest import registry

    # one request after the other, however slow the machine is: two failures in a row use up the one repeat
    # that the client of these tests has
    monkeypatch.setattr("crm_sync.sources.ids.list_reader.choose_threads", lambda *_, **__: 1)
    # between the pause of its own after a failure, 1.5 s at most, and the one that the account asks for
    monkeypatch.setattr(registry, "build_client", partial(registry.build_client, longest_wait_s=1.8))


def note_pauses(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Note each pause for which a fetch gives its worker back: the task, and what it waits for."""
    from crm_sync.operators.fetch import CrmFetchOperator

    deferred, defer = [], CrmFetchOperator._defer_for

    def note(self, wait):
        deferred.append((self.task_id, wait))
        return defer(self, wait)

    monkeypatch.setattr(CrmFetchOperator, "_defer_for", note)
    return deferred


def lose_the_answer_of_a_save(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Any]:
    """Let the first save of an entity fail after its last commit; gives the results of its saves."""
    from crm_sync.operators.save import CrmSaveOperator

    work, results = CrmSaveOperator.work, []

    def lose(self, run, context):
        result = work(self, run, context)
        if run.entity.sync_type != name:
            return result
        results.append(result)
        if len(results) == 1:
            raise ConnectionError("the answer to the commit was lost")
        return result

    monkeypatch.setattr(CrmSaveOperator, "work", lose)
    return results


def fail_once(monkeypatch: pytest.MonkeyPatch, stage: str, name: str, account: Any) -> list[int]:
    """Let a stage of an entity fail once; gives how many requests there were for it at each try."""
    from crm_sync.operators import save, transform, validate

    operator = {
        "transform": transform.CrmTransformOperator,
        "validate": validate.CrmValidateOperator,
        "save": save.CrmSaveOperator,
    }[stage]
    work, calls = operator.work, []

    def fail(self, run, context):
        if run.entity.sync_type == name:
            calls.append(len(account.fake.requests.entries(f"*/objects/{name}*")))
            if len(calls) == 1:
                raise OSError("disk full for a moment")
        return work(self, run, context)

    monkeypatch.setattr(operator, "work", fail)
    return calls
