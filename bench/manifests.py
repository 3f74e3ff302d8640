"""Has airbyte-cdk and us read the same invented manifests from the same fakes, and compares the keys.

python -m bench.manifests <python>: the interpreter of an environment that has airbyte-cdk; this project
neither has nor needs it. The manifests and the fakes are those of tests/sources/manifests.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.sources.manifests.fake import served
from tests.sources.manifests.list_patterns import LISTS
from tests.sources.manifests.page_patterns import PAGES
from tests.sources.manifests.patterns import Pattern
from tests.sources.manifests.reader import read_manifest_with_us

_READER = Path(__file__).with_name("cdk_reader.py")
_LONGEST_S = 120

Keys = Mapping[str, list[tuple[str, ...]]]


def read_with_cdk(python: str, pattern: Pattern, address: str) -> Keys:
    """Give the keys by stream that airbyte-cdk finds.

    Args:
        python: interpreter that has it.
        pattern: whose manifest is read.
        address: of its fake.
    """
    with tempfile.TemporaryDirectory() as folder:
        manifest, config = Path(folder) / "manifest.yaml", Path(folder) / "config.json"
        manifest.write_text(pattern.write(address), encoding="utf-8")
        config.write_text(json.dumps(dict(pattern.config)), encoding="utf-8")
        done = subprocess.run(  # noqa: S603  # the interpreter that the caller names
            [python, str(_READER), str(manifest), str(config)],
            capture_output=True,
            text=True,
            timeout=_LONGEST_S,
            check=True,
        )
    return _take_keys(json.loads(done.stdout.splitlines()[-1]), pattern)


def read_with_us(pattern: Pattern, address: str) -> Keys:
    """Give the keys by stream that we find."""
    reading = read_manifest_with_us(
        pattern.write(address),
        address,
        login=pattern.login,
        password=pattern.password,
        extra=pattern.extra,
    )
    return _take_keys(reading.rows, pattern)


def _take_keys(rows: Mapping[str, Sequence[Mapping[str, Any]]], pattern: Pattern) -> Keys:
    return {
        name: sorted(tuple(str(row.get(key)) for key in pattern.key) for row in found)
        for name, found in rows.items()
    }


def main(python: str) -> int:
    """Compare all patterns; gives the number of those that differ."""
    different = 0
    for pattern in [*PAGES, *LISTS]:
        with served(pattern.serve) as (address, _):
            theirs, ours = read_with_cdk(python, pattern, address), read_with_us(pattern, address)
        is_equal = theirs == ours
        different += not is_equal
        count = sum(len(keys) for keys in ours.values())
        print(f"{'equal' if is_equal else 'DIFFERENT'}: {pattern.name}, {count} keys", flush=True)
        if not is_equal:
            print(f"  airbyte-cdk: {theirs}\n  we: {ours}")
    print(f"{len(PAGES) + len(LISTS) - different} of {len(PAGES) + len(LISTS)} patterns are equal")
    return different


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m bench.manifests <python with airbyte-cdk>")
    sys.exit(main(sys.argv[1]))
