"""A faithful fake of SalesRabbit's API."""

from __future__ import annotations

from sandbox.salesrabbit.config import SalesRabbitConfig
from sandbox.salesrabbit.sandbox import SalesRabbitSandbox

__all__ = ["SalesRabbitConfig", "SalesRabbitSandbox"]
