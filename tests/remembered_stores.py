"""Accounts of the fakes that were made up once are copied: most tests begin with one of the same few."""

from __future__ import annotations

import copyreg
import io
import pickle
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sandbox.frame.config import FakeConfig

_MOST = 40
"""Accounts that are kept, each a few megabytes at most."""
_LARGEST = 30_000
"""Records of an account that is worth keeping; larger ones are asked for once."""
_BEHAVIOUR: Mapping[str, Any] = {
    "rate_limits": True, "latency_ms": 0.0, "clock_offset_s": 0.0, "max_request_line": 0, "activity": 0,
    "state": None,
}  # fmt: skip
"""Settings that no data depends on, made the same."""
_kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()


class _Pickler(pickle.Pickler):
    """Writes what a store holds beside plain data: its lock, and a database in memory."""

    dispatch_table = copyreg.dispatch_table.copy()


def _open_database(content: bytes) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    connection.deserialize(content)
    return connection


_Pickler.dispatch_table[type(threading.RLock())] = lambda _lock: (threading.RLock, ())
_Pickler.dispatch_table[sqlite3.Connection] = lambda database: (_open_database, (database.serialize(),))


def copy_or_generate(generate: Callable[[FakeConfig], Any], config: FakeConfig) -> Any:
    """Give an account of its own: the same data for the same settings, as `generate` makes it."""
    count = config.records if config.counts is None else sum(config.counts.values())
    if count > _LARGEST:
        return generate(config)
    key = (f"{generate.__module__}.{generate.__qualname__}", repr(replace(config, **_BEHAVIOUR)))
    if key in _kept:
        _kept.move_to_end(key)
        return pickle.loads(_kept[key])
    store = generate(config)
    written = io.BytesIO()
    _Pickler(written, pickle.HIGHEST_PROTOCOL).dump(store)
    _kept[key] = written.getvalue()
    if len(_kept) > _MOST:
        _kept.popitem(last=False)
    return store
