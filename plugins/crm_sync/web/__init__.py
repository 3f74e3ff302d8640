"""The page inside Airflow: a JSON API over the history, behind Airflow's login and DAG rights."""

from __future__ import annotations
