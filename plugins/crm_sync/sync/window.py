"""Decides what a run reads and whether it may move the watermark: full, delta or forced.

Times are aware UTC. A window is `[since, until)`; `until` is fixed before the first read. A record newer than
`until` is saved all the same; it just does not move the watermark.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from crm_sync.config.durations import is_due
from crm_sync.config.models import EntityConfig
from crm_sync.config.run_options import RunOptions
from crm_sync.constants import SyncMode
from crm_sync.exceptions import OptionsError
from crm_sync.storage.history.watermark import Watermark
from crm_sync.storage.replay_part import ReplayPart

Sweep = Literal["none", "mark", "delete"]
_MOST_SKEW = timedelta(hours=1)
"""Clocks of workers differ by less: a watermark further ahead was set by a wrong one, or this is one."""


@dataclass(frozen=True)
class RunPlan:
    """What one entity does in one run; fixed in its first fetch and kept by every retry.

    Args:
        mode: whole source, changes, or replay of rejected records.
        since: inclusive lower bound; None: everything.
        until: exclusive upper bound that the watermark may move to.
        sweep: what happens to rows that the source no longer has.
        force: every fetched row overwrites.
        moves_watermark: whether the window, read and saved completely, counts as complete.
        unread_reason: what this plan leaves unread because of the user's flags; None: nothing.
        is_reconciliation: a default run that reads everything because `reconcile_every` is over.
        known_walks: parts of the source that are complete up to the watermark; None: all of them.
        bookmarks: by walk, the id of an event before all events since `since`; empty if the run starts before
            the watermark.
        is_second_try: a comparison with the whole source is due, and an earlier run could not finish it.
        compares: a whole read finds out what is gone, or nothing can be gone.
        replays: which open rejects a replay takes.
        goes_on: its window is complete only together with the rows that earlier runs saved.
    """

    mode: SyncMode
    since: datetime | None
    until: datetime
    sweep: Sweep
    force: bool
    moves_watermark: bool
    unread_reason: str | None = None
    is_reconciliation: bool = False
    known_walks: tuple[str, ...] | None = None
    bookmarks: dict[str, str] = field(default_factory=dict)
    is_second_try: bool = False
    compares: bool = True
    replays: ReplayPart = field(default_factory=ReplayPart)
    goes_on: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give the plan as the manifest keeps it."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        values["replays"] = self.replays.to_json()
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> RunPlan:
        """Read a plan back from the manifest."""
        since, walks = values["since"], values.get("known_walks")
        return cls(
            **{
                **values,
                "mode": SyncMode(values["mode"]),
                "since": None if since is None else datetime.fromisoformat(since),
                "until": datetime.fromisoformat(values["until"]),
                "known_walks": None if walks is None else tuple(walks),
                "replays": ReplayPart.from_json(values.get("replays")),
            }
        )

    def window(self, *, complete: bool) -> dict[str, Any]:
        """Give sync_history.configuration.window."""
        return {
            "since": None if self.since is None else self.since.isoformat(),
            "until": self.until.isoformat(),
            "complete": complete,
            "mode": str(self.mode),
            **({} if self.compares else {"compared": False}),
        }

    def resume(self, *, is_first: bool) -> RunPlan:
        """Give the plan of a run that continues where a quota cut this one off.

        The records that are already saved are not known any more, so nothing can be taken as deleted: a whole
        read compares nothing, and is tried again. If the second one is cut off as well, it counts as the
        comparison; otherwise an account too large for its quota would be read whole again and again.

        Args:
            is_first: there is no watermark yet, so the table had no rows to compare.
        """
        return replace(self, sweep="none", compares=is_first or self.is_second_try, goes_on=True)


def plan_run(
    entity: EntityConfig,
    options: RunOptions,
    watermark: Watermark | None,
    *,
    now: datetime,
    source_now: datetime | None,
    reads_whole: bool,
) -> RunPlan:
    """Decide what a run of an entity reads.

    Args:
        entity: its configuration.
        options: the run's flags.
        watermark: state left by earlier runs, None for the first.
        now: the worker's clock.
        source_now: the source's clock at about the same moment, None where it can't be asked.
        reads_whole: the source has no modified filter, so every read is of everything.

    Returns:
        The plan; a replay has an empty window.

    Raises:
        OptionsError: `end_date` lies before the moment where the run would start.
    """
    until = min(now, source_now or now) - timedelta(seconds=entity.safety_lag_s)
    if options.replay_rejected:
        part = ReplayPart.of(options)
        return RunPlan(SyncMode.REPLAY, None, until, "none", force=False, moves_watermark=False, replays=part)
    # a run that asks for less, or overwrites what it reads, may not read the whole source unasked
    asks_for_less = options.force or options.max_records or options.end_date is not None
    due = not asks_for_less and _is_reconciliation_due(entity, watermark, until)
    chosen = options.start_date is not None
    whole = options.full or (not chosen and (watermark is None or reads_whole or due))
    since = None if whole else _since(entity, options, watermark)
    ends_early = options.end_date is not None and options.end_date < until
    if ends_early and options.end_date is not None:
        until = options.end_date
    if ends_early and since is not None and since >= until:
        raise OptionsError(
            f"Flag 'end_date' is {until.isoformat()}: expected a moment after {since.isoformat()}, "
            "where this run would start; give 'start_date' too."
        )
    # a start before the first watermark leaves everything older unread, one after a watermark leaves a gap
    has_gap = chosen and (watermark is None or (since is not None and since > watermark.until))
    moves_watermark = not (has_gap or ends_early or options.dry_run)
    return RunPlan(
        mode=SyncMode.FULL if whole else SyncMode.DELTA,
        since=since,
        until=until,
        sweep=_sweep(options, whole=whole and not ends_early),
        force=options.force,
        moves_watermark=moves_watermark,
        unread_reason=_describe_unread(options, since, until, ends_early=ends_early),
        is_reconciliation=due and whole and not options.full,
        is_second_try=due and whole and watermark is not None and watermark.was_tried,
        known_walks=None if watermark is None else watermark.walks,
        bookmarks=_keep_bookmarks(entity, watermark, since),
        goes_on=moves_watermark and since is not None and watermark is not None,
    )


def _since(entity: EntityConfig, options: RunOptions, watermark: Watermark | None) -> datetime | None:
    if options.start_date is not None:
        return options.start_date
    return None if watermark is None else watermark.until - timedelta(seconds=entity.lookback_s)


def _describe_unread(
    options: RunOptions, since: datetime | None, until: datetime, *, ends_early: bool
) -> str | None:
    """Say what the window leaves unread: newer changes, or all of them where it begins in the future."""
    if ends_early:
        return f"end_date {until.isoformat()} left newer changes unread."
    if options.start_date is not None or since is None or since - until <= _MOST_SKEW:
        return None
    return (
        f"The watermark asks for changes from {since.isoformat()} on, but the clocks say "
        f"{until.isoformat()}: a clock is wrong, or was when the watermark was set. Once clocks are right, "
        "a run with start_date reads what was left out."
    )


def _keep_bookmarks(
    entity: EntityConfig, watermark: Watermark | None, since: datetime | None
) -> dict[str, str]:
    """Give the bookmarks where they are old enough: a chosen start may lie before them."""
    if watermark is None or since is None or since < watermark.until - timedelta(seconds=entity.lookback_s):
        return {}
    return watermark.bookmarks


def _is_reconciliation_due(entity: EntityConfig, watermark: Watermark | None, until: datetime) -> bool:
    if watermark is None or entity.reconcile_every == "never":
        return False
    return is_due(watermark.last_full_at, until, entity.reconcile_every)


def _sweep(options: RunOptions, *, whole: bool) -> Sweep:
    if not whole or options.max_records:
        return "none"
    return "delete" if options.full and options.force else "mark"
