"""A DAG bundle with versions that needs no provider: each version is a folder of its own."""

from __future__ import annotations

from pathlib import Path

from airflow.dag_processing.bundles.base import BaseDagBundle


class VersionedFolder(BaseDagBundle):
    """Reads `<root>/<version>`; without a version, the last one by name."""

    supports_versioning = True

    def __init__(self, *, root: str, **settings: object) -> None:
        super().__init__(**settings)
        self._root = Path(root)

    @property
    def path(self) -> Path:
        return self._root / (self.version or self.get_current_version())

    def get_current_version(self) -> str:
        return max(folder.name for folder in self._root.iterdir())

    def refresh(self) -> None:
        pass
