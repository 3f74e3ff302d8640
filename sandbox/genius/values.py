"""Made-up values of one column: a short list that the rows of a table go through again and again.

All values are texts as LOAD DATA reads them.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from sandbox.genius.table import Column, Table
from sandbox.genius.texts import make_texts

NULL = "\\N"
_NULL_SHARE = 0.25
_FIRST_DAY = datetime(2015, 1, 1)  # noqa: DTZ001 - the legacy application writes its wall clock
_DAYS = 3_600
_ZERO_DATES = ("0000-00-00", "2024-00-15", "2024-03-00")
_ODD_TIMES = ("-01:30:00", "36:00:00", "00:00:00", "23:59:59")
# the hour that the clocks skip in spring, the one that they repeat in autumn
_CLOCK_CHANGES = ("2025-03-09 02:30:00", "2025-11-02 01:30:00")
_LENGTHS = (53, 59, 61, 67, 71, 73, 79, 83, 89, 97)
"""Lists of neighbouring columns have different lengths, all prime, so that rows don't repeat."""


@cache
def make_values(table: Table, column: Column, seed: int) -> tuple[str, ...]:
    """Give the values of a column that is neither key nor cursor; the same for the same seed."""
    chance = random.Random(f"{seed}:{table.name}:{column.name}")
    place = [one.name for one in table.columns].index(column.name)
    if table.name == "third_party_source_type" and column.name == "label":
        # the few first ones are known, others look for them by their label
        return tuple(escape(_list(table, column, chance)))
    length = _LENGTHS[place % len(_LENGTHS)]
    values = [chance.choice(escape(_list(table, column, chance))) for _ in range(length)]
    # the odd ones are always among them
    odd = escape(_list_odd(table, column))
    values[: len(odd)] = odd
    chance.shuffle(values)
    if column.is_nullable:
        values = [NULL if chance.random() < _NULL_SHARE and value not in odd else value for value in values]
    return tuple(values)


def escape(texts: Iterable[str]) -> list[str]:
    """Spell texts as LOAD DATA reads them; NULL stays what it is."""
    marks = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"))
    done = []
    for text in texts:
        spelled = text
        for mark, written in marks if text != NULL else ():
            spelled = spelled.replace(mark, written)
        done.append(spelled)
    return done


def _list(table: Table, column: Column, chance: random.Random) -> list[str]:
    if column.kind in {"varchar", "text"}:
        return make_texts(table.name, column.name, column.length, chance)
    if column.kind in {"date", "datetime"}:
        moment = _FIRST_DAY + timedelta(days=chance.randrange(_DAYS), seconds=chance.randrange(86_400))
        return [str(moment.date()) if column.kind == "date" else str(moment)]
    if column.kind == "time":
        return [f"{chance.randrange(24):02}:{chance.randrange(60):02}:00"]
    if column.kind == "decimal":
        digits, _, scale = column.type[8:-1].partition(",")
        most = 10 ** min(5, int(digits) - int(scale)) - 1
        return [f"{chance.uniform(-most / 4, most):.{scale}f}"]
    if column.kind == "double":
        return [chance.choice(("20", "20.5", "0.1", "1234567.125", "-3.75", "1e-7"))]
    return _list_integers(column, chance)


def _list_integers(column: Column, chance: random.Random) -> list[str]:
    if column.type == "tinyint(1)":
        return ["0", "1"]
    if column.name == "with_dm":
        return ["-1", "0", "1"]
    if column.name == "year_built":
        return [str(chance.randrange(1900, 2025))]
    if column.name == "third_party_source_type_id":
        return ["1", "1", "2", "3"]
    if column.name.endswith(("_id", "_by", "_cid")):
        return [str(chance.randrange(1, 200))]
    return [str(chance.randrange(10))]


def _list_odd(table: Table, column: Column) -> list[str]:
    is_stamp = column.name in {table.cursor, table.created}
    if column.kind == "date":
        return list(_ZERO_DATES)
    if column.kind == "datetime" and not is_stamp:
        return [*(f"{day} 00:00:00" for day in _ZERO_DATES[:2]), "2024-03-00 10:15:00", *_CLOCK_CHANGES]
    if column.kind == "time":
        return list(_ODD_TIMES)
    if column.kind == "decimal":
        scale = int(column.type[8:-1].partition(",")[2])
        return [f"{0:.{scale}f}", f"{-1:.{scale}f}", f"{1:.{scale}f}"]
    # a boolean that counts, and one that says no the odd way
    return ["2", "-1"] if column.type == "tinyint(1)" else []
