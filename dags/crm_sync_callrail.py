"""Airflow DAG crm_sync_callrail, built from configs/callrail."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("callrail")
