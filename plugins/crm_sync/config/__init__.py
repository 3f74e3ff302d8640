"""YAML configuration: models, loader and run flags."""

from __future__ import annotations
