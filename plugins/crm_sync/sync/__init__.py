"""The four stages of an entity, free of Airflow."""

from __future__ import annotations
