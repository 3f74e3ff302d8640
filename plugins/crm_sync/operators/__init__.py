"""Thin Airflow operators, one per stage."""

from __future__ import annotations
