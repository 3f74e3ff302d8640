"""A made-up legacy CRM in MariaDB: 32 tables with the odd values that such databases hold."""

from __future__ import annotations
