"""Counts what the importer makes of a folder of manifests: streams, connectors, missing words, doubts.

python -m scripts.manifest_census <folder>: each *.yaml below it that is a declarative manifest counts as one
connector. Nothing is written, and no text of a manifest is shown but what names a missing word.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crm_sync.exceptions import ConfigError
from crm_sync.import_manifest.connector import convert_manifest
from crm_sync.import_manifest.findings import NotSaidError, Verdict
from crm_sync.import_manifest.folder import check
from crm_sync.import_manifest.main import read_manifest

_NAME = "census"
_EXAMPLES = 3


@dataclass
class Census:
    """What was counted."""

    outcomes: Counter[str] = field(default_factory=Counter)
    connectors: int = 0
    whole: int = 0
    """Connectors of which every stream is converted."""
    lacks: Counter[str] = field(default_factory=Counter)
    """By missing word, the streams that lack it first."""
    connectors_by_lack: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    examples: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    doubts: Counter[str] = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)
    """Files that are no manifest, each with the reason."""

    def add(self, name: str, verdicts: Iterable[Verdict]) -> None:
        """Count one connector."""
        known = list(verdicts)
        self.connectors += 1
        self.whole += all(not one.lacks for one in known)
        for one in known:
            self.outcomes[one.outcome] += 1
            for lack in one.lacks[:1]:
                self.lacks[lack.lack] += 1
                self.connectors_by_lack[lack.lack].add(name)
                self.examples[lack.lack][lack.detail] += 1
            if not one.lacks:
                self.doubts.update({doubt.partition(":")[0] for doubt in one.doubts})

    def describe(self) -> Iterator[str]:
        """Give the figures, a line each."""
        streams = sum(self.outcomes.values())
        converted = streams - self.outcomes["not converted"]
        yield f"connectors: {self.connectors}, whole: {self.whole} ({_share(self.whole, self.connectors)})"
        yield f"streams: {streams}, converted: {converted} ({_share(converted, streams)})"
        for outcome, count in sorted(self.outcomes.items()):
            yield f"  {outcome}: {count} ({_share(count, streams)})"
        yield "missing words, by streams (connectors):"
        for lack, count in self.lacks.most_common():
            shown = "; ".join(text for text, _ in self.examples[lack].most_common(_EXAMPLES) if text)
            yield f"  {count} ({len(self.connectors_by_lack[lack])}) {lack}{f': {shown}' if shown else ''}"
        yield "doubts, by streams:"
        yield from (f"  {count} {doubt}" for doubt, count in self.doubts.most_common())
        yield from (f"no manifest: {one}" for one in self.unread)


def take_census(paths: Iterable[Path]) -> Census:
    """Convert each manifest and count what became of its streams."""
    census = Census()
    for path in paths:
        try:
            connector = convert_manifest(read_manifest(path.read_bytes()), _NAME)
            check(connector, _NAME)
        except (ValueError, NotSaidError, ConfigError) as error:
            census.unread.append(f"{path.name}: {error}")
            continue
        census.add(path.name, connector.verdicts)
    return census


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m scripts.manifest_census <folder>")
    for line in take_census(sorted(Path(sys.argv[1]).rglob("*.yaml"))).describe():
        print(line)
