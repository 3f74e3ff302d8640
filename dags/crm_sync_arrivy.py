"""Airflow DAG crm_sync_arrivy, built from configs/arrivy."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("arrivy")
