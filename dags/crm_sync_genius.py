"""Airflow DAG crm_sync_genius, built from configs/genius."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("genius")
