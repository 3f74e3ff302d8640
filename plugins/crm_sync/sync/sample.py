"""Chooses a sample of a table's rows by a hash of their keys, and says how much it proves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from psycopg2 import sql

from crm_sync.config.models import EntityConfig
from crm_sync.exceptions import OptionsError
from crm_sync.sources.by_keys import RecordKey
from crm_sync.storage.connections import Connect, open_transaction
from crm_sync.storage.proofs import Proof, Verdict
from crm_sync.storage.statements import get_identifier

MOST_ROWS = 100_000
"""Records that are asked for one by one; a whole read is cheaper than more of them."""
_DOUBT = 0.05
_CHOOSE = """
select {hash} as hash, {key}
from {table} as t
where t.sync_deleted_at is null and t.sync_updated_at < {begun}
order by hash
limit {most}
"""


@dataclass(frozen=True)
class SampleSize:
    """How large a sample is to be.

    Args:
        rows: a number of rows; None: `share` says it.
        share: of the table's rows, above 0 and up to 1.
        seed: with another one other rows are chosen; empty: the day of the comparison.
    """

    rows: int | None = None
    share: float = 1.0
    seed: str = ""

    @classmethod
    def parse(cls, text: str, *, seed: str = "") -> SampleSize:
        """Read a number (`500`) or a share (`2.5%`).

        Raises:
            OptionsError: it is neither.
        """
        number, is_share = text.strip().removesuffix("%").rstrip(), text.strip().endswith("%")
        try:
            value = float(number) if is_share else int(number)
        except ValueError:
            value = 0
        if is_share and 0 < value <= 100:
            return cls(share=value / 100, seed=seed)
        if not is_share and 0 < value <= MOST_ROWS:
            return cls(rows=int(value), seed=seed)
        expected = f"a number of rows up to {MOST_ROWS:,} such as 500, or a share such as 1%"
        raise OptionsError(f"Sample '{text}': expected {expected}.")

    def count(self, of: int) -> int:
        """Give the number of rows for a table of so many.

        Raises:
            OptionsError: it is too large.
        """
        rows = math.ceil(of * self.share) if self.rows is None else min(self.rows, of)
        if rows > MOST_ROWS:
            raise OptionsError(
                f"A sample of {rows:,} rows is read record by record: expected {MOST_ROWS:,} at most, or "
                "method full."
            )
        return rows


@dataclass(frozen=True)
class Sample:
    """Rows of a table that were chosen by chance.

    Args:
        seed: the text before each key.
        columns: of the key.
        highest: greatest hash among them: all rows of the table up to it belong to the sample.
        keys: of the rows.
        of: how many live rows the table had.
    """

    seed: str
    columns: Sequence[str]
    highest: bytes
    keys: Sequence[RecordKey]
    of: int

    def compose(self) -> sql.Composable:
        """Give the condition on rows of `t`."""
        return sql.SQL("{} <= {}").format(_compose_hash(self.seed, self.columns), sql.Literal(self.highest))

    def to_json(self) -> dict[str, str]:
        """Give it as the proof keeps it."""
        return {"seed": self.seed, "rows": str(len(self.keys)), "of": str(self.of)}


def choose_sample(
    connect: Connect, entity: EntityConfig, size: SampleSize, *, begun: datetime
) -> Sample | None:
    """Choose rows that are not marked as deleted: those whose keys have the least hashes.

    Args:
        connect: makes a warehouse connection.
        entity: configuration.
        size: how many.
        begun: rows that were written later are left out, aware UTC; the day of it is the seed by default.

    Returns:
        None: the table has no such row.

    Raises:
        OptionsError: the sample would be too large.
    """
    seed, columns = size.seed or f"{begun:%Y-%m-%d}", entity.primary_key
    table = get_identifier(entity)
    with open_transaction(connect) as cursor:
        cursor.execute(sql.SQL("select count(*) from {} where sync_deleted_at is null").format(table))
        (of,) = cursor.fetchone() or (0,)
        statement = sql.SQL(_CHOOSE).format(
            hash=_compose_hash(seed, columns),
            key=sql.SQL(", ").join(_compose_texts(columns)),
            table=table,
            begun=sql.Literal(begun),
            most=sql.Literal(size.count(of)),
        )
        cursor.execute(statement)
        rows = cursor.fetchall()
    if not rows:
        return None
    return Sample(seed, columns, bytes(rows[-1][0]), [tuple(row[1:]) for row in rows], int(of))


def judge_sample(proof: Proof, sample: Sample, counted: Proof, *, compared: int) -> Proof:
    """Say how much a sample proves: it is good only where the counts are the same, too.

    Args:
        proof: of the rows of the sample, judged as any other.
        sample: the rows.
        counted: what the counts of source and table showed.
        compared: rows of the sample of which it is known whether they differ.
    """
    told = f"{compared:,} of {sample.of:,} rows were compared"
    words = [proof.reason] if proof.reason else []
    if compared <= 0:
        return replace(proof, verdict=Verdict.NOT_PROVABLE, reason=" ".join([f"{told}.", *words]))
    bound = _show_bound(proof.differences, compared, sample.of)
    if proof.verdict is Verdict.DIFFERENT:
        told = f"{told}, and {proof.differences:,} of them differ: {bound}."
    elif proof.verdict is Verdict.NOT_PROVABLE:
        told = f"{told}."
    elif counted.verdict is Verdict.EQUAL:
        told = f"{told} alike: {bound}. Source and table both count {counted.source_count:,}."
    else:
        proof = replace(proof, verdict=Verdict.NOT_PROVABLE)
        told = f"{told} alike: {bound}. {_explain_counts(counted)}"
    return replace(proof, reason=" ".join([told, *words]))


def bound_share(found: int, rows: int) -> float:
    """Give the share of differing rows that is exceeded with a chance of 5 % at most.

    It is the upper limit of Clopper and Pearson for drawing with replacement, which is a little too cautious
    here: no row is drawn twice.

    Args:
        found: rows of the sample that differ.
        rows: of the sample.
    """
    low, high = found / rows, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _chance(found, rows, middle) > _DOUBT else (low, middle)
    return high


def _chance(found: int, rows: int, share: float) -> float:
    """Give the chance of at most so many among the rows if that share of all differs."""
    if share >= 1.0:
        return float(found >= rows)
    logs = (
        math.lgamma(rows + 1) - math.lgamma(k + 1) - math.lgamma(rows - k + 1)
        + k * math.log(share) + (rows - k) * math.log1p(-share)
        for k in range(found + 1)
    )  # fmt: skip
    return sum(math.exp(one) for one in logs) if share > 0 else 1.0


def _show_bound(found: int, rows: int, of: int) -> str:
    if rows >= of:
        return "these are all rows of the table"
    percent = 100 * bound_share(found, rows)
    digits = 1 - math.floor(math.log10(percent))
    shown = math.ceil(percent * 10**digits - 1e-9) / 10**digits
    return f"with 95 % certainty fewer than {shown:g} % differ"


def _explain_counts(counted: Proof) -> str:
    why = "A sample finds no record that the table lacks"
    if counted.source_count is None:
        return f"{why}, and the source does not say how many it has."
    return (
        f"{why}, and the source counts {counted.source_count:,} records where the table has "
        f"{counted.table_count:,} rows: some may have changed since the last run."
    )


def _compose_texts(columns: Sequence[str]) -> list[sql.Composable]:
    return [sql.SQL("{}::text").format(sql.Identifier("t", name)) for name in columns]


def _compose_hash(seed: str, columns: Sequence[str]) -> sql.Composable:
    # md5 is refused by servers in FIPS mode
    parts = sql.SQL(", ").join([sql.Literal(seed), *_compose_texts(columns)])
    return sql.SQL("sha256(convert_to(concat_ws('|', {}), 'UTF8'))").format(parts)
