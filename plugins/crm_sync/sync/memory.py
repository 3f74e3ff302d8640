"""How a stage's process keeps its memory flat; what it holds on purpose is one or two chunks."""

from __future__ import annotations

import os

from crm_sync.constants import Stage

_VARIABLE = "_RJEM_MALLOC_CONF"
_AFTER_MS = {Stage.TRANSFORM: 50, Stage.VALIDATE: 0, Stage.SAVE: 0}
"""Transform frees so much that giving it back at once would take half as long again."""


def return_freed_memory(stage: Stage) -> None:
    """Have Polars' allocator give freed memory back soon; to be called before Polars is first imported.

    Otherwise it keeps for ten seconds what earlier chunks freed: a long run looks larger than a short one.
    A value that the user has set stays.

    Args:
        stage: what this process is for; fetch frees too little to matter.

    Source: jemalloc's manual, opt.dirty_decay_ms; measured in bench/README.md, 2026-11-23.
    """
    if (after_ms := _AFTER_MS.get(stage)) is not None:
        os.environ.setdefault(_VARIABLE, f"dirty_decay_ms:{after_ms},muzzy_decay_ms:{after_ms}")
