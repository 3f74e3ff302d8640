"""A faithful fake of Pipedrive's API, both of its generations."""

from __future__ import annotations

from sandbox.pipedrive.config import PipedriveConfig
from sandbox.pipedrive.sandbox import PipedriveSandbox

__all__ = ["PipedriveConfig", "PipedriveSandbox"]
