"""Airflow DAG crm_sync_marketsharp, built from configs/marketsharp."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("marketsharp")
