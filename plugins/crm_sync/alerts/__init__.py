"""Tells people what needs a look: one message for a cause, none again while it lasts, one when it is over."""

from __future__ import annotations
