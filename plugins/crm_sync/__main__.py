"""Lets a checkout be used without installing it: `python -m crm_sync` is `crm-sync`."""

from __future__ import annotations

from crm_sync.cli.main import main

main()
