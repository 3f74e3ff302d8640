"""A good set of YAML files, of which a test replaces some."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

DEFAULTS = """
source:
  dag: {retries: 5, owner: data}
entity:
  lookback_s: 5min
  chunk_records: 1000
"""
SOURCE = """
kind: files
title: Demo
dag: {schedule: "@hourly"}
defaults: {lookback_s: 1h}
"""
ITEMS = """
read: {strategy: files, path: items.csv}
primary_key: [id]
fields:
  id: {type: integer}
  name: {}
"""
ORDERS = ITEMS.replace("items", "orders")

WriteConfigs = Callable[..., Path]
