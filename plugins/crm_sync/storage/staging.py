"""The files between the tasks of one entity: chunks and a manifest; XCom carries only the folder's address.

Every write of the manifest is whole: on a local disk through a rename, on an object store by its own put.
"""

from __future__ import annotations

import io
import logging
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from crm_sync.exceptions import StorageError
from crm_sync.storage.history.run_marks import Mark, explain_difference, find_mark
from crm_sync.storage.manifest import MANIFEST, Manifest, RawChunk, read_manifest
from crm_sync.storage.rows.sweep_scope import SweepScope
from crm_sync.storage.waiting_lines import WaitingLines, say_too_short
from crm_sync.untyped import AnyPath

__all__ = ["MANIFEST", "Manifest", "RawChunk", "Staging", "open_staging", "to_parquet"]

log = logging.getLogger(__name__)


@dataclass
class Staging:
    """The folder of one entity in one run.

    Args:
        base: `<staging>/<crm_source>/<sync_type>/<history id>`, a pathlib.Path or an ObjectStoragePath.
        manifest: its manifest; use `open_staging` to load or create it.
    """

    base: Any
    manifest: Manifest
    _parents: dict[int, pl.DataFrame] = field(default_factory=dict, repr=False)
    _waiting: WaitingLines = field(default_factory=WaitingLines, repr=False)

    def read_scope(self) -> SweepScope | None:
        """Give the rows that a whole read was about; None: all."""
        scope = self.manifest.sweep_scope
        return None if scope is None else SweepScope.from_json(scope)

    def check_mark(self, mark: Mark) -> None:
        """Make sure that the files were read for this run of this warehouse.

        Raises:
            StorageError: they are another's. Files without a mark are not judged.
        """
        other = explain_difference(self.manifest.mark, mark) if self.manifest.mark else None
        if other is not None:
            raise StorageError(_foreign(self.base, other))

    def save_manifest(self) -> None:
        """Write the manifest: what the stages have done so far, and before it the lines that it counts."""
        self._write_lines()
        _write_whole(self.base / MANIFEST, msgspec.json.encode(self.manifest))

    def append_lines(self, chunk: RawChunk, lines: bytes) -> None:
        """Add NDJSON lines to a chunk; they count once the manifest is saved with the chunk's new size."""
        if not self._waiting.has_room(chunk, lines):
            self._write_lines()
        self._waiting.add(chunk, lines)

    def _write_lines(self) -> None:
        chunk = self._waiting.chunk
        if chunk is None:
            return
        path = self._raw_path(chunk)
        if isinstance(path, Path):
            self._waiting.write_to(path)
            chunk.parts = 1
        else:
            self._part_path(chunk, chunk.parts).write_bytes(self._waiting.join())
            chunk.parts += 1
        self._waiting = WaitingLines()

    def append_frame(self, chunk: RawChunk, frame: pl.DataFrame) -> None:
        """Add one Parquet part to a chunk."""
        content = to_parquet(frame)
        self._part_path(chunk, chunk.parts).write_bytes(content)
        chunk.parts += 1
        chunk.bytes += len(content)

    def append_parents(self, chunk: RawChunk, parents: pl.DataFrame) -> None:
        """Note whose whole link sets a chunk holds; like lines, they count once the manifest is saved."""
        known = self._parents.get(chunk.number)
        if known is None:
            known = self.read_parents(chunk)
        merged = parents if known is None else pl.concat([known, parents]).unique(maintain_order=True)
        _write_whole(self._parents_path(chunk), to_parquet(merged))
        self._parents = {chunk.number: merged}
        chunk.parents = merged.height

    def read_parents(self, chunk: RawChunk) -> pl.DataFrame | None:
        """Give the parents read with a chunk, None for a chunk without parents.

        Raises:
            StorageError: fewer are there than the manifest says.
        """
        if not chunk.parents:
            return None
        path = self._parents_path(chunk)
        # a killed fetch may have noted parents whose links are not kept: they would lose all their links
        parents = pl.read_parquet(io.BytesIO(path.read_bytes())).head(chunk.parents)
        if parents.height < chunk.parents:
            expected = f"expected {chunk.parents} parents, got {parents.height}"
            raise StorageError(f"Staged file {path}: {expected}; run the DAG again.")
        return parents

    def read_raw(self, chunk: RawChunk) -> bytes | pl.DataFrame:
        """Read a raw chunk.

        Returns:
            NDJSON bytes, or one frame with the parts below each other.

        Raises:
            StorageError: fewer bytes are there than the manifest says.
        """
        if chunk.suffix == "parquet":
            parts = [self._part_path(chunk, part).read_bytes() for part in range(chunk.parts)]
            return pl.concat([pl.read_parquet(io.BytesIO(part)) for part in parts], how="diagonal_relaxed")
        self._write_lines()
        path = self._raw_path(chunk)
        if chunk.bytes == 0:  # parents without any link: nothing was written
            return b""
        if isinstance(path, Path):
            content = path.read_bytes()[: chunk.bytes]
        else:
            content = b"".join(self._part_path(chunk, part).read_bytes() for part in range(chunk.parts))
        if len(content) != chunk.bytes:
            raise StorageError(say_too_short(path, chunk.bytes, len(content)))
        return content

    def write_frame(self, kind: str, name: str, frame: pl.DataFrame) -> None:
        """Write one Parquet file of a later stage, for example kind `typed`, name `00000.findings`."""
        (self.base / kind / f"{name}.parquet").write_bytes(to_parquet(frame))

    def read_frame(self, kind: str, name: str, columns: list[str] | None = None) -> pl.DataFrame:
        """Read one Parquet file of a later stage, all columns or the named ones."""
        content = (self.base / kind / f"{name}.parquet").read_bytes()
        return pl.read_parquet(io.BytesIO(content), columns=columns)

    def remove(self) -> None:
        """Delete the folder: all that counts is in the warehouse now."""
        if isinstance(self.base, Path):
            shutil.rmtree(self.base, ignore_errors=True)
        else:
            self.base.rmdir(recursive=True)

    def _parents_path(self, chunk: RawChunk) -> AnyPath:
        return self.base / "raw" / f"{chunk.number:05d}.parents.parquet"

    def _raw_path(self, chunk: RawChunk) -> AnyPath:
        return self.base / "raw" / f"{chunk.number:05d}.{chunk.suffix}"

    def _part_path(self, chunk: RawChunk, part: int) -> AnyPath:
        return self.base / "raw" / f"{chunk.number:05d}.{part:06d}.{chunk.suffix}"


def _make_folders(base: AnyPath) -> None:
    parts = [base / name for name in ("raw", "typed", "verdicts")]
    if isinstance(base, Path):
        for folder in parts:
            folder.mkdir(parents=True, exist_ok=True)
        base.chmod(0o700)  # it holds people's data, and its place may be shared
        return
    # one by one: asked for the parents, too, an object store makes a bucket of that name if there is none
    for folder in (base.parent.parent, base.parent, base, *parts):
        folder.mkdir(exist_ok=True)


def _write_whole(target: AnyPath, content: bytes) -> None:
    """Replace a file; a killed process leaves the old or the new one, never half of one."""
    if isinstance(target, Path):
        fresh = target.with_suffix(".tmp")
        fresh.write_bytes(content)
        fresh.replace(target)
    else:
        target.write_bytes(content)


def _foreign(base: object, other: str) -> str:
    return f"The staged files in {base} belong to another run: {other}; run the DAG again."


def to_parquet(frame: pl.DataFrame) -> bytes:
    """Encode a frame; LZ4 because staging is written once and read once."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="lz4", statistics=False)
    return buffer.getvalue()


def open_staging(
    base: AnyPath,
    *,
    crm_source: str,
    sync_type: str,
    mark: Mark | None = None,
    begins: bool = True,
) -> Staging:
    """Open the folder of a run, new or left by an earlier try of the same run.

    Args:
        base: the folder; its name is the history id, which other warehouses have, too.
        crm_source: the CRM.
        sync_type: the entity.
        mark: whose files must be there; None: those of the row that this process works on, if there is one.
        begins: what another run left is removed, and a new folder begun; else it is an error.

    Raises:
        StorageError: the manifest was written by another version or for another entity, or, unless the run
            begins here, by another run.
    """
    mark = find_mark(crm_source, sync_type, base.name) if mark is None else mark
    manifest = read_manifest(base / MANIFEST, crm_source, sync_type)
    if manifest is not None:
        other = explain_difference(manifest.mark, mark or {})
        if other is None:
            return Staging(base, manifest)
        if not begins:
            raise StorageError(_foreign(base, other))
        log.warning("The files in %s belong to another run and are removed: %s.", base, other)
        Staging(base, manifest).remove()
    _make_folders(base)
    staging = Staging(base, Manifest(crm_source=crm_source, sync_type=sync_type, mark=mark or {}))
    staging.save_manifest()
    return staging
