"""Runs that a person looks at while they work: started, followed, shown and ended by `crm-sync sync`."""

from __future__ import annotations
