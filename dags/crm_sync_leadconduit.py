"""Airflow DAG crm_sync_leadconduit, built from configs/leadconduit."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("leadconduit")
