"""crm_sync keeps a PostgreSQL warehouse in step with CRM systems; this module only names the version."""

from __future__ import annotations

__version__ = "0.1.0"
