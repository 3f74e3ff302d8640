"""What `sync` and `replay` have in common: the flags are checked, the run is started, shown and summed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crm_sync.cli.output import print_json, show_span
from crm_sync.cli.run_flags import rename_flags
from crm_sync.cli.sources import WrongUseError, name_sources, prepare_airflow

if TYPE_CHECKING:
    from crm_sync.cli.live.board import Board
    from crm_sync.cli.live.here import Outcome
    from crm_sync.config.models import SourceConfig
    from crm_sync.storage.connections import Connect

URL = "CRM_SYNC_AIRFLOW_URL"
_DEFAULT_URL = "http://localhost:8080"


@dataclass(frozen=True)
class Start:
    """A run that was asked for.

    Args:
        crm_source: the CRM.
        conf: its flags, not checked yet.
        is_triggered: a running Airflow is to do it.
        url: of that Airflow; None: the usual place on this machine.
        log: file for all that the run says; None: one below AIRFLOW_HOME.
        is_json: one JSON document is wanted at the end.
    """

    crm_source: str
    conf: Mapping[str, Any]
    is_triggered: bool
    url: str | None
    log: Path | None
    is_json: bool

    def run(self) -> int:
        """Run it, print how it ended, and give the exit code.

        Raises:
            WrongUseError: a CRM, an entity or a flag is wrong.
            CrmSyncError: the run can't be started.
        """
        from crm_sync.cli.live.board import Board
        from crm_sync.config.loader import load_source

        configs, _ = name_sources([self.crm_source], None)
        source = load_source(configs, self.crm_source)
        conf = check_conf(source, self.conf)
        board = Board(conf.get("entities") or list(source.entities))
        if self.is_triggered:
            outcome, place = self._run_there(source, conf, board)
        else:
            outcome, place = self._run_here(source, conf, board)
        self._print(outcome, place)
        return outcome.exit_code

    def _run_here(
        self, source: SourceConfig, conf: dict[str, Any], board: Board
    ) -> tuple[Outcome, dict[str, str]]:
        from crm_sync.cli.live.here import run_here

        stub = find_stub(source.crm_source)
        log = self.log or _name_log(source.crm_source)
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            log.touch()
        except OSError as error:
            message = f"The log {log} can't be written: {error.strerror}."
            raise click.ClickException(message) from error
        # whatever stops the run, this line is there to look further
        click.echo(f"Log: {log}", err=self.is_json)
        return run_here(source, stub, conf, board, log, is_quiet=self.is_json), {"log": str(log)}

    def _run_there(
        self, source: SourceConfig, conf: dict[str, Any], board: Board
    ) -> tuple[Outcome, dict[str, str]]:
        from crm_sync.cli.live.airflow_api import AirflowApi
        from crm_sync.cli.live.there import Follower, run_there

        api, dag_id = AirflowApi(self.url or _DEFAULT_URL), f"crm_sync_{source.crm_source}"
        api.log_in()
        if api.is_paused(dag_id):
            click.echo(f"The DAG {dag_id} is paused: the run waits until it is switched on.", err=True)
        run_id = api.trigger(dag_id, conf)
        page = api.name_page(dag_id, run_id)
        click.echo(f"Run: {page}", err=self.is_json)
        connect = _find_warehouse(source)
        if connect is None:
            said = "The warehouse can't be reached from here: no counts, only how Airflow's tasks are."
            click.echo(said, err=True)
        follower = Follower(api, connect, dag_id, run_id, board)
        return run_there(follower, is_quiet=self.is_json), {"url": page}

    def _print(self, outcome: Outcome, place: dict[str, str]) -> None:
        board, state = outcome.board, outcome.board.run_state or "stopped"
        for sentence in outcome.words:
            click.echo(sentence, err=True)
        if self.is_json:
            facts = {"crm_source": self.crm_source, "run_id": board.run_id, "state": state}
            ends = {"exit_code": outcome.exit_code, "seconds": round(board.seconds, 1), **place}
            lines = [line.to_json() for line in board.lines.values()]
            print_json({**facts, **ends, "reasons": list(outcome.words), "entities": lines})
            return
        where = next(iter(place.values()))
        click.echo(f"{self.crm_source}: {state} after {show_span(board.seconds)}, {_count(board)}. {where}")


def check_conf(source: SourceConfig, conf: Mapping[str, Any]) -> dict[str, Any]:
    """Check a run's flags as its DAG would, and give them with their new names.

    Raises:
        WrongUseError: one of them is wrong.
    """
    from crm_sync.config.flags import build_own_flags
    from crm_sync.config.run_options import parse_options
    from crm_sync.exceptions import OptionsError

    try:
        _, warnings = parse_options(
            dict(conf), known_entities=sorted(source.entities), own_flags=build_own_flags(source.flags)
        )
    except OptionsError as error:
        raise WrongUseError(str(error)) from error
    for warning in warnings:
        click.echo(warning, err=True)
    return rename_flags(conf)


def find_stub(crm_source: str) -> Path:
    """Find the file of a CRM's DAG in Airflow's DAG folder.

    Raises:
        click.ClickException: there is none.
    """
    from crm_sync.settings import dags_folder

    folder, name = dags_folder(), f"crm_sync_{crm_source}.py"
    if folder is not None and (folder / name).is_file():
        return (folder / name).absolute()
    found: Sequence[Path] = [] if folder is None else sorted(folder.rglob(name))
    if not found:
        message = f"Airflow's DAG folder {folder} has no {name}: `crm-sync init` writes it."
        raise click.ClickException(message)
    return found[0].absolute()


def _find_warehouse(source: SourceConfig) -> Connect | None:
    prepare_airflow()
    from crm_sync.exceptions import CrmSyncError
    from crm_sync.insight.schema import has_history
    from crm_sync.warehouses import open_warehouse

    connect = open_warehouse(source)
    try:
        has_history(connect)
    except CrmSyncError:
        return None
    return connect


def _name_log(crm_source: str) -> Path:
    from crm_sync.settings import airflow_home

    moment = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    return airflow_home() / "logs" / "crm_sync" / f"{crm_source}-{moment}.log"


def _count(board: Board) -> str:
    states = [line.status for line in board.lines.values() if not line.is_open]
    counted = (f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    return ", ".join(counted) or "no entity ended"
