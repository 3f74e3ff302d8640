"""The name that a machine of the test's cluster gives itself: Airflow's `hostname_callable`."""

from __future__ import annotations

import os

HOST = "CRM_SYNC_TEST_HOST"
"""Environment variable with the name; all machines of the cluster are processes of this one."""


def get_name() -> str:
    """Give this machine's name."""
    return os.environ.get(HOST, "centre")
