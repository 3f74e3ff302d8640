"""Airflow DAG crm_sync_salespro, built from configs/salespro."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("salespro")
