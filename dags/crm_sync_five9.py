"""Airflow DAG crm_sync_five9, built from configs/five9."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("five9")
