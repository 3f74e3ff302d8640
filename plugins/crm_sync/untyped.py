"""Values whose type no annotation can say; their names say what they are."""

from __future__ import annotations

from typing import Any

Json = Any
"""A value that was decoded from JSON or YAML: object, array, text, number, boolean or null."""
AwsObject = Any
"""A module or an object of botocore, which has no types."""
ExtraModule = Any
"""A module, or an object of one, that an extra of the package installs and that has no types."""
Cell = Any
"""A value as a database driver gives or takes it."""
DbConnection = Any
"""A connection of any DB-API driver."""
AnyPath = Any
"""A pathlib.Path, or a path of Airflow's object storage, which has the same methods."""
