"""`python -m crm_sync.import_manifest`."""

from __future__ import annotations

from crm_sync.import_manifest.main import main

main(prog_name="python -m crm_sync.import_manifest")
