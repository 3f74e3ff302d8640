"""Airflow DAG crm_sync_health: fails, with one sentence for each entity that needs a look."""

from __future__ import annotations

from crm_sync.own_dags import build_health_dag

dag = build_health_dag(schedule="25,55 * * * *")
