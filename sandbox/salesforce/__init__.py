"""A faithful fake of Salesforce's REST and Bulk 2.0 query APIs."""

from __future__ import annotations

from sandbox.salesforce.config import SalesforceConfig
from sandbox.salesforce.sandbox import SalesforceSandbox

__all__ = ["SalesforceConfig", "SalesforceSandbox"]
