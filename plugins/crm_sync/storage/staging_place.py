"""Whether the place of all runs' files can be used, and the sentence that says so where it can't."""

from __future__ import annotations

import os
from pathlib import Path

from crm_sync.exceptions import StorageError
from crm_sync.untyped import AnyPath


def unusable(folder: object, error: Exception) -> StorageError:
    """Say that a folder can't be used; each file system has errors of its own, which say little more."""
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return StorageError(
        f"Staging folder {folder} can't be used ({said}): every worker must reach the folder or URL that "
        "CRM_SYNC_STAGING names, and a bucket must exist already."
    )


def look_at_place(base: AnyPath) -> str:
    """Tell what is known of the place before anything is written there.

    Args:
        base: folder of all runs, a pathlib.Path or an ObjectStoragePath.

    Raises:
        StorageError: it can't be used.
    """
    try:
        if isinstance(base, Path):
            return _look_at_folder(base)
        base.fs.ls(base.bucket)
    except StorageError:
        raise
    except Exception as error:
        raise unusable(base, error) from error
    return "the bucket answers; whether a file may be written there shows with the first run"


def _look_at_folder(folder: Path) -> str:
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if not there.is_dir():
        raise unusable(folder, NotADirectoryError(f"{there} is no folder"))
    if not os.access(there, os.W_OK | os.X_OK):
        raise unusable(folder, PermissionError(f"this user may not write to {there}"))
    return "may be written to" if there == folder else "is not there yet and may be made"
