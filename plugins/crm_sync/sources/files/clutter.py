"""Files that an operating system leaves beside the user's: in zips, and in folders that a glob looks into."""

from __future__ import annotations

_FOLDERS = frozenset({"__macosx", "lost+found"})
_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def is_clutter(name: str) -> bool:
    """Say whether a file is not one of the user's.

    Args:
        name: relative, its folders separated by `/`.
    """
    *folders, last = name.lower().split("/")
    # an AppleDouble file lies beside each file with attributes: `._a.csv` beside `a.csv`
    return last in _NAMES or last.startswith("._") or not _FOLDERS.isdisjoint(folders)
