"""The YAML that is shipped, read once a process: its models are frozen."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from crm_sync.config.loader import load_source
from crm_sync.config.models import SourceConfig

CONFIGS = Path(__file__).resolve().parents[1] / "dags" / "configs"


@cache
def read_shipped(crm_source: str, *, with_disabled: bool = False) -> SourceConfig:
    """Give the configuration of a CRM."""
    return load_source(CONFIGS, crm_source, with_disabled=with_disabled)
