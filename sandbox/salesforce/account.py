"""What every endpoint of the fake works on."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.frame.clock import SandboxClock
from sandbox.salesforce.config import SalesforceConfig
from sandbox.salesforce.cursors import CursorStore
from sandbox.salesforce.jobs import JobStore
from sandbox.salesforce.store import Store
from sandbox.salesforce.usage import Usage


@dataclass(frozen=True)
class Account:
    """One org."""

    config: SalesforceConfig
    store: Store
    clock: SandboxClock
    usage: Usage
    cursors: CursorStore
    jobs: JobStore
