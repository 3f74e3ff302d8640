"""What `crm-sync new` writes: templates, what is filled into them, and where the files go."""

from __future__ import annotations
