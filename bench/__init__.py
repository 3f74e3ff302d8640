"""Speed, memory and rate use of the product, each as a ratio against a reference in the same run."""

from __future__ import annotations
