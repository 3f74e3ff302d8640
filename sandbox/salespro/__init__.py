"""A faithful fake of SalesPro's analytics lake: AWS Athena over SQLite, and the bucket of its results."""

from __future__ import annotations

from sandbox.salespro.config import SalesProConfig
from sandbox.salespro.sandbox import SalesProSandbox

__all__ = ["SalesProConfig", "SalesProSandbox"]
