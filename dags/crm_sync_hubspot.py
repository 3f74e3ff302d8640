"""Airflow DAG crm_sync_hubspot, built from configs/hubspot."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("hubspot")
