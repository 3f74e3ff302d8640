"""Records of a file with a header to frames, and what is said of those that are none."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import polars as pl

from crm_sync.sources.files.csv_pages import Pages
from crm_sync.sources.files.frames import FrameBuilder
from crm_sync.sources.files.notes import Notes, show_text
from crm_sync.sources.files.record_sieve import RecordSieve

log = logging.getLogger(__name__)

_SHOWN_LINES = 3


def build_frames(
    pages: Pages, sieve: RecordSieve, builder: FrameBuilder, *, page_records: int, skip: int
) -> Iterator[pl.DataFrame]:
    """Build the frames of one file.

    Args:
        pages: of its records, from the one behind the header on.
        sieve: leaves out what is no record.
        builder: of frames.
        page_records: most records of a frame.
        skip: records to leave out, read by an earlier try.

    Yields:
        Frames in file order, none of them empty.
    """
    while True:
        records, lines = pages.take(page_records)
        is_last = not records
        sifted = sieve.sift(records, lines, is_last=is_last)
        skipped = min(skip, len(sifted.records))
        skip -= skipped
        if sifted.records[skipped:]:
            frame = builder.build(sifted.records, sifted.lines, sifted.faults)
            yield frame[skipped:]
        if is_last:
            break


def tell_left_out(sieve: RecordSieve, builder: FrameBuilder, notes: Notes) -> None:
    """Report the lines that the sieve left out of a file."""
    log_lines(builder.name, sieve.footer_rows, "skipped because of footer_rows")
    log_lines(builder.name, sieve.repeats, "skipped because they repeat the header")
    if sieve.footer:
        texts = map(builder.marks.restore, sieve.footer[:_SHOWN_LINES])
        shown = ", ".join(map(show_text, texts))
        notes.add(
            builder.name,
            f"{len(sieve.footer):,} lines with one cell, after a blank line at the end, look like a "
            f"report's footer and were skipped: {shown}{', …' if sieve.footer[_SHOWN_LINES:] else ''}. "
            "Set end_at_blank_line or footer_rows to confirm it.",
        )


def log_lines(name: str, count: int, what: str) -> None:
    """Log how many lines of a file became no records, and why."""
    if count:
        log.info("File %s: %s lines were %s.", name, f"{count:,}", what)
