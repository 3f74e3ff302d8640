"""Airflow DAG crm_sync_googlesheets, built from configs/googlesheets."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("googlesheets")
