"""Says in log and history how a list is read, and what such a read can't see."""

from __future__ import annotations

import logging
from datetime import timedelta
from zoneinfo import ZoneInfo

from crm_sync.config.models import EntityConfig
from crm_sync.config.rest_reads import RestListRead
from crm_sync.sources.base import ReadRequest
from crm_sync.sources.rest.date_windows import describe_cut, describe_near_cut
from crm_sync.sources.rest.parts import PartPlanner

logger = logging.getLogger(__name__)


def name_method(read: RestListRead) -> str:
    """Name how a list is read, for the history row."""
    if read.modified_filter is not None:
        return f"changes by {read.modified_filter.place} {read.modified_filter.name}"
    if read.filters_by_change:
        return "changes by the slot since"
    if read.windows is not None:
        return f"windows by {read.windows.column}"
    return "events after an id" if read.event_cursor is not None else "whole list"


def log_method(
    entity: EntityConfig, read: RestListRead, request: ReadRequest, planner: PartPlanner, *, is_whole: bool
) -> str | None:
    """Log how a list is read.

    Args:
        entity: whose list it is.
        read: its strategy.
        request: the read.
        planner: of its parts.
        is_whole: the read is of everything.

    Returns:
        What was not asked for although the run's span has it, for the history row; None: nothing.
    """
    name, windows, since = entity.sync_type, read.windows, request.since
    if is_whole and (narrowing := ", ".join(planner.find_narrowing())):
        logger.warning("The extra %s narrows the read: no row is taken as deleted.", narrowing)
    if read.reads_whole and not request.must_read:
        logger.info("%s has no modified filter: it is read whole and compared.", name)
    if since is None:
        return None
    if windows is not None:
        first = planner.plan_windows(since, request.until)[0].first
        logger.info("%s has no modified filter: %s from %s on is read again.", name, windows.column, first)
    if read.event_cursor is not None:
        if not request.bookmarks and windows is None:
            logger.info("%s has no event to continue after: it is read from the beginning.", name)
        logger.info(
            "%s: an event that turns up more than %s late, and a change to an older event, come with the "
            "next read of the whole source.",
            *(name, timedelta(seconds=entity.lookback_s)),
        )
    if windows is None:
        return None
    zone = ZoneInfo(entity.source_time_zone)
    cut = describe_cut(windows, zone, since=since, until=request.until)
    # the bound has the look-back taken off
    last = since + timedelta(seconds=entity.lookback_s)
    warning = cut or describe_near_cut(windows, zone, last=last, until=request.until)
    if warning is not None:
        logger.warning("%s: %s", name, warning)
    return cut
