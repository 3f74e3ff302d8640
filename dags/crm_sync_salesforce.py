"""Airflow DAG crm_sync_salesforce, built from configs/salesforce."""

from __future__ import annotations

from crm_sync.dag_factory import build_dag

dag = build_dag("salesforce")
