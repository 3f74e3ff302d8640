"""Keeps the memory of a stage's process flat; on purpose it holds only one or two chunks."""

from __future__ import annotations

import os

_VARIABLE = "_RJEM_MALLOC_CONF"
_SETTINGS = "narenas:1,dirty_decay_ms:500,muzzy_decay_ms:0"
_OF_POLARS = "dirty_decay_ms:500,muzzy_decay_ms:1000"
"""What Polars itself puts there when it is imported; a process that was started by such a one inherits it."""


def return_freed_memory() -> None:
    """Have Polars' allocator share freed memory and give it back; call it before Polars is first imported.

    Otherwise every thread keeps what earlier chunks freed in an arena of its own: a long run looks larger
    than a short one. What is freed is kept for half a second, about the time of a chunk, since the next chunk
    needs as much: to give it back after a tenth took a tenth more time, and at once a third.
    The user's setting is stronger: of two settings, the later one applies.

    Source: jemalloc's manual, opt.narenas and opt.dirty_decay_ms; measured in bench/README.md, 2026-12-01.
    """
    inherited = os.environ.get(_VARIABLE, "").removeprefix(_OF_POLARS).strip(",")
    own = inherited.removeprefix(_SETTINGS).strip(",")
    os.environ[_VARIABLE] = ",".join(filter(None, (_SETTINGS, own)))
