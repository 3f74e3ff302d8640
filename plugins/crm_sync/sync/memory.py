"""How a stage's process keeps its memory flat; what it holds on purpose is one or two chunks."""

from __future__ import annotations

import os

_VARIABLE = "_RJEM_MALLOC_CONF"
_AT_ONCE = "dirty_decay_ms:0,muzzy_decay_ms:0"


def return_freed_memory() -> None:
    """Have Polars' allocator give freed memory back at once; to be called before Polars is first imported.

    Otherwise it keeps what earlier chunks freed, and a long run looks larger than a short one. Transform is not
    run this way: it frees so much that it would take half as long again. A value that the user has set stays.

    Source: jemalloc's manual, opt.dirty_decay_ms; measured in bench/README.md, 2026-11-23.
    """
    os.environ.setdefault(_VARIABLE, _AT_ONCE)
