"""What the wheel tells Airflow about itself, as any provider does: connection types and configuration.

Airflow calls this in each of its processes, so it reads one small file and imports nothing of the package.
`make docs` makes the file from the YAML.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_CONNECTION_TYPES = Path(__file__).with_name("connection_types.json")


def get_provider_info() -> dict[str, Any]:
    """Give the provider's metadata; its shape is Airflow's `provider_info.schema.json`."""
    return {
        "package-name": "crm-sync",
        "name": "crm_sync",
        "description": "Keeps a PostgreSQL warehouse in step with CRM systems.",
        "connection-types": json.loads(_CONNECTION_TYPES.read_text(encoding="utf-8")),
        "extra-links": ["crm_sync.operator_links.EntityLink", "crm_sync.operator_links.RunLink"],
        "config": {
            "crm_sync": {
                "description": "Settings of crm_sync.",
                "options": {
                    "staging": {
                        "description": (
                            "Folder or fsspec URL for the files between the tasks of a run; all workers\n"
                            "have to see it. It holds personal data. CRM_SYNC_STAGING comes first;\n"
                            "without both it is a folder below AIRFLOW_HOME.\n"
                        ),
                        "version_added": None,
                        "type": "string",
                        "example": "s3://aws_default@bucket/crm_sync",
                        "default": "",
                    }
                },
            }
        },
    }
