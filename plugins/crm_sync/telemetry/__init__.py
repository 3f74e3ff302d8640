"""What runs tell the tools beside Airflow: metrics, lineage and traces."""

from __future__ import annotations
