"""Says in one sentence which extra of the package a sandbox needs and does not find."""

from __future__ import annotations

from importlib.machinery import ModuleSpec
from importlib.util import find_spec


class MissingExtraError(RuntimeError):
    """A package of an extra is not installed; the message is one sentence."""


def require(module: str, *, of: str) -> ModuleSpec:
    """Find a top-level module without importing it.

    Args:
        module: its name.
        of: the extra that installs it.

    Raises:
        MissingExtraError: it is not installed.
    """
    spec = find_spec(module)
    if spec is None:
        raise MissingExtraError(
            f"The package of the module {module} is missing: run make setup, or pip install 'crm-sync[{of}]'."
        )
    return spec
