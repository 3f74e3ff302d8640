"""How a stage's process keeps its memory flat; what it holds on purpose is one or two chunks."""

from __future__ import annotations

import os

_VARIABLE = "_RJEM_MALLOC_CONF"
_SETTINGS = "narenas:1,dirty_decay_ms:100,muzzy_decay_ms:0"


def return_freed_memory() -> None:
    """Have Polars' allocator share freed memory and give it back; call it before Polars is first imported.

    Otherwise every thread keeps what earlier chunks freed in an arena of its own, for ten seconds: a long run
    looks larger than a short one. To give it back at once would take a quarter more processor time.
    A value that the user has set stays.

    Source: jemalloc's manual, opt.narenas and opt.dirty_decay_ms; measured in bench/README.md, 2026-11-24.
    """
    os.environ.setdefault(_VARIABLE, _SETTINGS)
