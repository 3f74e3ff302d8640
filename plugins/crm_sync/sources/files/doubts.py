"""Judges whether a set of files is complete, by comparison with the files of the previous run.

A file has no last page that could say so: a shorter copy of a file is also a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm_sync.sources.files.notes import Notes
from crm_sync.sources.files.store import FileFacts

_SHOWN_NAMES = 3


def find_cut_file(files: Sequence[FileFacts], before: Mapping[str, FileFacts]) -> str | None:
    """Say which file may have lost its end.

    Args:
        files: those that were just copied.
        before: those that the latest complete run read, by name.

    Returns:
        A sentence; None when each file ends as such files did.
    """
    for file in files:
        known = before.get(file.name)
        like = [known] if known is not None else list(before.values())
        if file.ends_line is False and like and all(one.ends_line for one in like):
            return (
                f"File {file.name} no longer ends with a line break and may be cut, so no row was taken as "
                "deleted. If the file is complete, run once with force."
            )
        is_shorter = known is not None and (file.size or 0) < (known.size or 0)
        if not file.is_length_told and is_shorter:
            return (
                f"File {file.name} is shorter than before and may be cut, since the server did not say how "
                "long it is, so no row was taken as deleted. If the file is complete, run once with force."
            )
    return None


def note_gone_files(files: Sequence[FileFacts], before: Mapping[str, FileFacts], notes: Notes) -> None:
    """Note the files that the previous run read and that no longer exist: their rows go with them."""
    gone = sorted(before.keys() - {file.name for file in files})
    if not gone:
        return
    more = f" and {len(gone) - _SHOWN_NAMES:,} more" if len(gone) > _SHOWN_NAMES else ""
    notes.add(
        "",
        f"{len(gone):,} of the {len(before):,} files of the previous run are gone: "
        f"{', '.join(gone[:_SHOWN_NAMES])}{more}; rows that are in no other file count as deleted.",
    )
