"""`crm-sync history` and `crm-sync show`: the latest runs, and everything that is known of one."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_sync.cli.completing import complete_crm, complete_entity
from crm_sync.cli.output import as_json, print_json, print_table, show_span
from crm_sync.cli.sources import configs_option, name_sources, prepare_airflow

if TYPE_CHECKING:
    from crm_sync.storage.history.history_rows import HistoryRow

_COLUMNS = (
    "#run", "CRM", "entity", "status", "mode", "began", "took", "#created", "#updated", "#unchanged",
    "#deleted", "#failed", "#calls", "why",
)  # fmt: skip


@click.command()
@click.argument("crm_source", metavar="[CRM]", required=False, shell_complete=complete_crm)
@click.argument("sync_type", metavar="[ENTITY]", required=False, shell_complete=complete_entity)
@click.option("--most", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many runs.")
@configs_option
@as_json
def history(
    crm_source: str | None, sync_type: str | None, most: int, configs: Path | None, is_json: bool
) -> None:
    """List the latest runs, of all CRMs, of one, or of one entity."""
    prepare_airflow()
    from crm_sync.insight.runs import list_runs
    from crm_sync.warehouses import open_warehouses

    folder, names = name_sources([crm_source] if crm_source else [], configs)
    rows = [
        row
        for connect, _ in open_warehouses(names, folder)
        for row in list_runs(connect, crm_source, sync_type, most=most)
    ]
    rows = sorted(rows, key=lambda row: row.start_time, reverse=True)[:most]
    if is_json:
        print_json(rows)
    else:
        print_table(_COLUMNS, map(_list_cells, rows))


@click.command()
@click.argument("run", metavar="RUN", type=click.IntRange(1))
@configs_option
@as_json
def show(run: int, configs: Path | None, is_json: bool) -> None:
    """Show one run by its number in crm_sync.sync_history: what was asked, read, written and left."""
    prepare_airflow()
    from crm_sync.insight.runs import find_run
    from crm_sync.insight.schema import has_history
    from crm_sync.warehouses import open_warehouses

    folder, names = name_sources((), configs)
    for connect, _ in open_warehouses(names, folder):
        row = find_run(connect, run) if has_history(connect) else None
        if row is None:
            continue
        if is_json:
            print_json(row)
        else:
            print_table(("what", "is"), _list_facts(row))
        return
    click.echo(f"There is no run {run}: expected a number from `crm-sync history`.", err=True)
    sys.exit(1)


def _list_cells(row: HistoryRow) -> tuple[object, ...]:
    counts = row.counts
    return (
        *(row.id, row.crm_source, row.sync_type, row.status, _find(row.configuration, "window", "mode")),
        *(row.start_time, _show_duration(row), counts.created, counts.updated, counts.unchanged),
        *(counts.deleted, counts.failed, row.performance_metrics.get("api_calls"), _on_one_line(row)),
    )


def _list_facts(row: HistoryRow) -> list[tuple[str, object]]:
    window, counts = row.configuration.get("window") or {}, row.counts
    facts: list[tuple[str, object]] = [
        ("run", f"{row.id}, {row.crm_source}.{row.sync_type}"),
        ("status", row.status),
        ("why", _on_one_line(row)),
        ("began", row.start_time),
        ("took", _show_duration(row)),
        ("read", _show_window(window)),
        ("complete", window.get("complete")),
        ("asked for", _show_options(row)),
        ("created", counts.created),
        ("updated", counts.updated),
        ("unchanged", counts.unchanged),
        ("marked as deleted", counts.deleted),
        ("failed", counts.failed),
        ("Airflow run", row.run_id and f"{row.dag_id} {row.run_id}"),
    ]
    facts += [("note", note) for note in row.configuration.get("notes") or []]
    facts += [(name, _show_figure(value)) for name, value in sorted(row.performance_metrics.items())]
    return [fact for fact in facts if fact[1] is not None]


def _show_window(window: Mapping[str, object]) -> str:
    if not window:
        return "nothing: it ended before its window was chosen"
    return f"{window.get('mode')}, from {window.get('since') or 'the beginning'} to {window.get('until')}"


def _show_options(row: HistoryRow) -> str | None:
    options = row.configuration.get("options") or {}
    return ", ".join(f"{name}={value}" for name, value in options.items() if value) or None


def _show_figure(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value


def _show_duration(row: HistoryRow) -> str:
    return show_span(((row.end_time or datetime.now(UTC)) - row.start_time).total_seconds())


def _on_one_line(row: HistoryRow) -> str | None:
    return None if row.error_message is None else " ".join(row.error_message.split())


def _find(configuration: dict[str, object], *names: str) -> object:
    found: object = configuration
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found
