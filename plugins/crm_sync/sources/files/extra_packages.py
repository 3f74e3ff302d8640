"""Packages that only some formats of files need; the extra `files` of the package brings them."""

from __future__ import annotations

from importlib import import_module

from crm_sync.exceptions import FatalSourceError
from crm_sync.untyped import ExtraModule


def load_package(module: str, name: str, what: str) -> ExtraModule:
    """Import a package when a file needs it.

    Args:
        module: to import.
        name: of the file.
        what: completes "the file is ...".

    Raises:
        FatalSourceError: it is not installed where tasks run.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise FatalSourceError(
            f"File {name} is {what}, and the package {module.partition('.')[0]} is not installed where tasks "
            "run: pip install 'crm-sync[files]'. Nothing was read."
        ) from error
