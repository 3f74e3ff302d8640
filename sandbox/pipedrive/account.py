"""What every endpoint works on."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.frame.clock import SandboxClock
from sandbox.pipedrive.config import PipedriveConfig
from sandbox.pipedrive.store import Store


@dataclass
class Account:
    """Settings, data and clock of one fake."""

    config: PipedriveConfig
    store: Store
    clock: SandboxClock
