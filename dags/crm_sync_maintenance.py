"""Airflow DAG crm_sync_maintenance: removes old history, resolved rejects and files that failed runs left."""

from __future__ import annotations

from crm_sync.own_dags import build_maintenance_dag

dag = build_maintenance_dag(schedule="10 3 * * *")
