"""Airflow DAG crm_sync_csv, built from configs/csv."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("csv")
