"""All kinds of fuzz cases with their share of a run."""

from __future__ import annotations

from tests.fuzz import (
    bodies,
    databases,
    file_cases,
    grids,
    hubspot,
    lists,
    mariadb,
    pairs,
    parts,
    records,
    runs,
    values,
    workbooks,
)
from tests.fuzz.cases import Kind

KINDS = {
    kind.name: kind
    for kind in (
        Kind("values", values.generate, values.check, 0.55, size=lambda case: len(case["values"])),
        Kind("records", records.generate, records.check, 0.15, size=lambda case: len(case["records"])),
        Kind("lists", lists.generate, lists.check, 0.07),
        Kind("pairs", pairs.generate, pairs.check, 0.02),
        Kind("parts", parts.generate, parts.check, 0.01),
        Kind("grids", grids.generate, grids.check, 0.02),
        Kind("bodies", bodies.generate, bodies.check, 0.04),
        Kind("files", file_cases.generate, file_cases.check, 0.12),
        Kind("workbooks", workbooks.generate, workbooks.check, 0.02, size=lambda case: len(case["cells"])),
        Kind(
            "sqlite",
            databases.generate_sqlite,
            databases.check_sqlite,
            0.04,
            size=lambda case: len(case["values"]),
        ),
        Kind("hubspot", hubspot.generate, hubspot.check, 0.003),
        Kind(
            "postgres",
            databases.generate_postgres,
            databases.check_postgres,
            0.005,
            size=lambda case: len(case["values"]),
            needs_warehouse=True,
        ),
        Kind("mariadb", mariadb.generate, mariadb.check, 0.005, size=lambda case: len(case["values"])),
        Kind("runs", runs.generate, runs.check, 0.02, size=runs.count, needs_warehouse=True),
    )
}
