"""The run flags as data: names, types, defaults, bounds, forbidden pairs; params and docs come from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from crm_sync.constants import DEFAULT_BATCH_SIZE

if TYPE_CHECKING:
    from crm_sync.config.dag_config import FlagConfig

FlagType = Literal["boolean", "integer", "integers", "date", "entities", "text"]


@dataclass(frozen=True)
class Flag:
    """One run flag.

    Args:
        name: key in the DAG's params.
        type: what values it takes; it also chooses the widget of the trigger form.
        default: value that means "not given".
        title: label in the form.
        help: one sentence for the form and the docs.
        minimum: smallest integer allowed.
        maximum: largest integer allowed, None for no bound.
    """

    name: str
    type: FlagType
    default: Any
    title: str
    help: str
    minimum: int = 0
    maximum: int | None = None


FLAGS: tuple[Flag, ...] = (
    Flag("entities", "entities", (), "Entities", "Which entities to sync; empty means all."),
    Flag(
        "full",
        "boolean",
        default=False,
        title="Full sync",
        help="Read everything instead of the changes since the last run.",
    ),
    Flag(
        "force",
        "boolean",
        default=False,
        title="Force overwrite",
        help="Overwrite rows whatever their timestamps; with full: rows absent from the source are deleted.",
    ),
    Flag("dry_run", "boolean", default=False, title="Dry run", help="Fetch and compare, write nothing."),
    Flag(
        "skip_validation",
        "boolean",
        default=False,
        title="Skip validation",
        help="Let records pass that break rules; a missing key is still rejected.",
    ),
    Flag(
        "debug", "boolean", default=False, title="Debug log", help="Log more, sensitive values stay hidden."
    ),
    Flag(
        "batch_size",
        "integer",
        DEFAULT_BATCH_SIZE,
        "Records per request",
        "100 means the entity's best page size; it never changes what lands in the table.",
        1,
        10_000,
    ),
    Flag(
        "max_records",
        "integer",
        0,
        "Most records per entity",
        "0 means no limit; a limited run never moves the watermark.",
    ),
    Flag(
        "start_date",
        "date",
        None,
        "Start date",
        "Read changes since this moment (YYYY-MM-DD or ISO 8601, UTC if it names no zone).",
    ),
    Flag(
        "end_date",
        "date",
        None,
        "End date",
        "Read changes before this moment (YYYY-MM-DD or ISO 8601, UTC if it names no zone).",
    ),
    Flag(
        "replay_rejected",
        "boolean",
        default=False,
        title="Replay rejected records",
        help="Send the kept rejected records through transform, validate and save again; no API call.",
    ),
    Flag(
        "replay_rule",
        "text",
        None,
        "Replay this rule",
        "With replay_rejected: only records that wait for this rule, such as required or field_nulled.",
    ),
    Flag(
        "replay_ids",
        "integers",
        (),
        "Replay these rejects",
        "With replay_rejected: only the records of these ids of crm_sync.rejected_records; empty means all.",
        1,
    ),
)


def build_own_flags(flags: Mapping[str, FlagConfig]) -> tuple[Flag, ...]:
    """Turn the flags of one CRM's source.yaml into the form that the common ones have."""
    return tuple(Flag(name=name, **flag.model_dump()) for name, flag in flags.items())


RENAMED = {"since": "start_date", "test": "debug", "verbose": "debug", "force_overwrite": "force"}
"""Flag names of the design guide's predecessors; taken with a warning."""

REPLAY_PARTS = frozenset({"replay_rule", "replay_ids"})
"""Flags that choose among the rejected records, so they mean nothing without replay_rejected."""
REPLAY_PARTNERS = REPLAY_PARTS | {"entities", "debug", "dry_run", "skip_validation", "max_records"}
"""The only flags that may be given together with replay_rejected."""


def forbidden_pairs() -> list[frozenset[str]]:
    """Name the pairs of flags that refuse each other; the docs' matrix is built from it."""
    pairs = [frozenset({"full", "start_date"}), frozenset({"full", "end_date"})]
    replay = {"replay_rejected", *REPLAY_PARTS}
    names = {flag.name for flag in FLAGS} - REPLAY_PARTNERS - replay
    return pairs + [frozenset({one, name}) for one in sorted(replay) for name in sorted(names)]
