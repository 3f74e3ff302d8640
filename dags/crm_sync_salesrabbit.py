"""Airflow DAG crm_sync_salesrabbit, built from configs/salesrabbit."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("salesrabbit")
