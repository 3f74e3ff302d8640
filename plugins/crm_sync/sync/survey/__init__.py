"""What an account has beside what the YAML takes: asked or sampled, named, typed, and written as YAML."""

from __future__ import annotations
