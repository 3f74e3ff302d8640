"""Airflow DAG crm_sync_pipedrive, built from configs/pipedrive."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("pipedrive")
