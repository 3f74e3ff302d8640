"""Airflow DAG crm_sync_verify: compares a part of each table with its source, another one each day."""

from __future__ import annotations

from crm_sync.own_dags import build_verify_dag

dag = build_verify_dag(schedule="40 4 * * *")
