"""What every vendor's fake shares: server, clock, request log, rate windows, faults, hooks, control."""

from __future__ import annotations
