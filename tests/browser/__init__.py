"""A package, so that its Airflow and its Chromium end with its last test, not with the last of all."""
