"""Appends fetched pages to a run's raw chunks; `checkpoint.py` decides when the manifest is saved."""

from __future__ import annotations

from crm_sync.config.models import EntityConfig
from crm_sync.sources.base import Page
from crm_sync.storage.staging import RawChunk, Staging


def store_page(staging: Staging, entity: EntityConfig, page: Page, *, room: int | None) -> None:
    """Append a page to the current chunk, cut to the rest of `max_records`, and note its cursor."""
    manifest = staging.manifest
    kept = page if room is None or page.records <= room else page.head(room)
    parents = kept.parents if kept.parents is not None and kept.parents.height else None
    if kept.records or parents is not None:
        # one chunk for both: the save of a chunk replaces the link sets of the parents noted with it
        chunk = _current_chunk(staging, entity, kept)
        if kept.lines is not None:
            staging.append_lines(chunk, kept.lines)
        elif kept.frame is not None:
            staging.append_frame(chunk, kept.frame)
        if parents is not None:
            staging.append_parents(chunk, parents)
        chunk.records += kept.records
        chunk.key_paths = _merge_paths(chunk, kept)
        manifest.records += kept.records
    manifest.cursors[page.cursor_key] = page.cursor


def _current_chunk(staging: Staging, entity: EntityConfig, page: Page) -> RawChunk:
    chunks = staging.manifest.chunks
    suffix = "ndjson" if page.frame is None else "parquet"
    missing = sorted(page.missing)  # all records of a chunk lack the same columns: it is saved in one way
    last = chunks[-1] if chunks else None
    if (
        last is None
        or last.suffix != suffix
        or last.missing != missing
        or last.is_refresh != page.is_refresh
        or last.records >= entity.chunk_records
        or last.bytes >= entity.chunk_bytes
    ):
        chunk = RawChunk(number=len(chunks), suffix=suffix, key_paths=[], missing=missing)
        chunk.is_refresh = page.is_refresh
        chunks.append(chunk)
    return chunks[-1]


def _merge_paths(chunk: RawChunk, page: Page) -> list[str] | None:
    if page.key_paths is None or chunk.key_paths is None:
        return None
    known = set(chunk.key_paths)
    return chunk.key_paths if page.key_paths <= known else sorted(known | page.key_paths)
