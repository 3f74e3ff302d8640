"""Numbers about jobs: what one has used and costs, and the pauses that a connection asks for."""

from __future__ import annotations

import math
from collections.abc import Mapping

from crm_sync.config.jobs import JobPrice, JobWords
from crm_sync.exceptions import ConfigError
from crm_sync.rest.client import RestClient
from crm_sync.rest.messages import find_path


def fit_words(client: RestClient, words: JobWords) -> JobWords:
    """Give the words with the pauses that the connection's extras ask for.

    Raises:
        ConfigError: one of them is no number, or 0.
    """
    poll = words.poll
    first_s = read_amount(client, poll.first_extra, poll.first_s, least=0.1)
    give_up_s = read_amount(client, poll.give_up_extra, poll.give_up_s, least=1)
    changed = {"first_s": first_s, "give_up_s": give_up_s, "longest_s": max(poll.longest_s, first_s)}
    return words.model_copy(update={"poll": poll.model_copy(update=changed)})


def read_amount(client: RestClient, name: str, usual: float, *, least: float = 0) -> float:
    """Give the number in a connection's extra, or the usual one.

    Raises:
        ConfigError: it is no number, or less than the least.
    """
    asked = client.extras.get(name, "") if name else ""
    if not asked:
        return usual
    try:
        amount = float(asked)
    except ValueError:
        amount = math.nan
    if not least <= amount < math.inf:
        where = f"connection {client.connection_id}"
        raise ConfigError(where, f"extra.{name}", f"a number from {least:g} on", got=repr(asked))
    return amount


def read_figures(data: object, paths: Mapping[str, str]) -> dict[str, float]:
    """Read the numbers about a job that an answer has; what is no number there is left out."""
    found = {name: find_path(data, path) for name, path in paths.items()}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def add_price(
    client: RestClient, words: JobPrice | None, figures: Mapping[str, float], *, is_done: bool
) -> dict[str, float]:
    """Give the figures of a job with its price among them, where there is one.

    Args:
        client: of the account.
        words: how it is worked out; None: jobs cost nothing.
        figures: of the job.
        is_done: only a finished job counts at least what `least` says.

    Raises:
        ConfigError: the connection's extra with the price is no number.
    """
    if words is None or words.of not in figures:
        return dict(figures)
    each = read_amount(client, words.each_extra, words.each)
    counted = words if is_done else words.model_copy(update={"least": 0})
    return {**figures, words.name: counted.work_out(figures[words.of], each)}
