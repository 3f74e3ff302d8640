"""Makes the runs that write no table: comparisons and plans, with the connections that Airflow has."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_sync.config.flags import build_own_flags
from crm_sync.config.loader import load_source
from crm_sync.config.run_options import parse_options
from crm_sync.exceptions import OptionsError
from crm_sync.hooks.crm import CrmHook
from crm_sync.settings import staging_base
from crm_sync.storage.history.history_rows import RunIdentity
from crm_sync.storage.proofs import Method
from crm_sync.sync.estimate import Estimate, estimate_run
from crm_sync.sync.look_ahead import look_ahead
from crm_sync.sync.run import EntityRun
from crm_sync.sync.verify import Verifier
from crm_sync.warehouses import open_warehouse

if TYPE_CHECKING:
    from crm_sync.config.models import EntityConfig, SourceConfig
    from crm_sync.config.run_options import RunOptions


def choose_entities(
    crm_source: str, entities: Iterable[str], configs: Path
) -> tuple[SourceConfig, list[EntityConfig]]:
    """Give a CRM and those of its entities that were named, or all.

    Args:
        crm_source: one of the folders below `configs`.
        entities: names; none means all.
        configs: folder with one folder per CRM.

    Raises:
        ConfigError: YAML is wrong.
        OptionsError: there is no such entity.
    """
    source = load_source(configs, crm_source)
    asked = list(dict.fromkeys(entities))
    for name in asked:
        if name not in source.entities:
            known = ", ".join(source.entities)
            raise OptionsError(f"{crm_source} has no entity '{name}': expected one of {known}.")
    return source, [source.entities[name] for name in asked or source.entities]


def build_verifier(
    source: SourceConfig, entity: EntityConfig, *, stop: Callable[[], bool] = lambda: False
) -> Verifier:
    """Give what compares an entity with its source."""
    connect, name = open_warehouse(source), f"verify-{uuid.uuid4().hex[:12]}"

    def make_run(one: EntityConfig, options: RunOptions, part: str) -> EntityRun:
        return _make_run(source, one, options, f"{name}-{part}")

    return Verifier(source, entity, connect, make_run, stop=stop)


def plan_runs(
    source: SourceConfig, entities: Iterable[EntityConfig], params: Mapping[str, Any]
) -> Iterator[Estimate]:
    """Estimate what a run of each entity would read and take.

    Args:
        source: the CRM.
        entities: of it.
        params: flags of a run, as Airflow would hand them over.

    Raises:
        OptionsError: a flag is wrong, or does not fit the watermark.
        SourceError: the CRM can't be asked.
    """
    own_flags = build_own_flags(source.flags)
    options, _ = parse_options(params, known_entities=sorted(source.entities), own_flags=own_flags)
    if options.replay_rejected:
        raise OptionsError(
            "A replay reads crm_sync.rejected_records and asks the CRM for nothing: expected no plan."
        )
    name = f"plan-{uuid.uuid4().hex[:12]}"
    for entity in entities:
        run = _make_run(source, entity, options, name)
        yield estimate_run(run.connect, source, entity, look_ahead(run, stop=lambda: False))


def _make_run(source: SourceConfig, entity: EntityConfig, options: RunOptions, run_id: str) -> EntityRun:

    connect = open_warehouse(source)
    identity = RunIdentity(
        crm_source=source.crm_source,
        sync_type=entity.sync_type,
        dag_id="crm_sync_verify",
        run_id=run_id,
        try_number=1,
        in_process=True,
        host=socket.gethostname(),
        pid=os.getpid(),
    )
    return EntityRun(
        source=source,
        entity=entity,
        options=options,
        identity=identity,
        connect=connect,
        staging_base=staging_base(is_alone=True),
        crm=CrmHook(source, connect=connect),
    )


def parse_method(word: str) -> Method:
    """Read how a table is to be compared.

    Raises:
        OptionsError: there is no such method.
    """
    try:
        return Method(word)
    except ValueError:
        expected = ", ".join(Method)
        raise OptionsError(f"Method '{word}' is unknown: expected one of {expected}.") from None
