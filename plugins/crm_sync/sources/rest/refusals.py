"""Walks that a listed parent refuses: noted and left out, so that one account does not hold up the others."""

from __future__ import annotations

import logging

from crm_sync.exceptions import FatalSourceError
from crm_sync.sources.rest.part import NO_PARENT, Part

logger = logging.getLogger(__name__)

REFUSED = frozenset({403, 404})
"""A listed parent may not be read, or is gone. A 401 is about the key, so never about one parent alone."""


class Refusals:
    """Remembers who answered and who refused.

    A refused walk is in no later run's known walks, so it is read from the start once it answers.
    """

    def __init__(self) -> None:
        self._answered: dict[str, str] = {}
        self._errors: dict[str, tuple[Part, FatalSourceError]] = {}

    def __contains__(self, walk: str) -> bool:
        """Tell whether a walk was refused."""
        return walk in self._errors

    @property
    def parents(self) -> frozenset[str]:
        """Give the parents with a refused walk."""
        return frozenset(part.parent for part, _ in self._errors.values())

    def to_json(self) -> dict[str, str]:
        """Give the answers by walk."""
        return {walk: f"{walk} ({str(error).rstrip('.')})" for walk, (_, error) in self._errors.items()}

    def note_answer(self, part: Part) -> None:
        """Note that a part's list answers; from then on no error of its walk is a refusal."""
        self._answered[part.walk] = part.one.name

    def note(self, part: Part, error: FatalSourceError) -> None:
        """Note a refusal.

        Raises:
            FatalSourceError: the same, where it is not the answer of one parent to the walk's first request.
        """
        is_first = part.walk not in self._answered
        if part.parent == NO_PARENT or error.status_code not in REFUSED or not is_first:
            raise error
        logger.warning("%s is refused and left unread: %s", part.walk, error)
        self._errors[part.walk] = part, error

    def check(self) -> None:
        """Look at all refusals together.

        Raises:
            FatalSourceError: the first refusal of a list that all parents refused.
        """
        answered = set(self._answered.values())
        for part, error in self._errors.values():
            if part.one.name not in answered:
                raise error
