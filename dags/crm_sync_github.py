"""Airflow DAG crm_sync_github, built from configs/github."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("github")
