"""Airflow connections to clients and database connections."""

from __future__ import annotations
