"""Runs `crm-sync` in this process, and leaves nothing of it behind."""

from __future__ import annotations

import logging
import os
from unittest.mock import patch

from click.testing import CliRunner, Result

from crm_sync.cli.main import main

_QUIET = ("crm_sync", "airflow.models.connection")
"""Loggers that commands make quiet for the rest of their process."""


def run_command(*arguments: object) -> Result:
    """Run it with these arguments."""
    levels = {name: logging.getLogger(name).level for name in _QUIET}
    try:
        with patch.dict(os.environ):
            return CliRunner().invoke(main, list(map(str, arguments)))
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
