"""The command line `crm-sync`; a module for each command, which is imported as cheaply as it can be."""

from __future__ import annotations
