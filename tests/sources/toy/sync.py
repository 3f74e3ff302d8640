"""Runs the toy from its YAML to its table, in a process whose crm_sync has the toy's folder and line."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from crm_sync.config.loader import load_source
from crm_sync.config.models import SourceConfig
from crm_sync.sources.registry import choose_door, load_door
from tests.conformance.driver import Pipeline
from tests.conftest import Warehouse

YAML = {
    "defaults.yaml": "{}",
    "toys/source.yaml": "kind: files",
    "toys/numbers.yaml": "read: {strategy: toy, numbers: 3}\nprimary_key: [id]\n"
    "fields: {id: {type: integer, required: true}}",
}


@dataclass
class Toys:
    """The account."""

    source: SourceConfig

    def open_source(self, entity, connect, *, stop):
        return choose_door(self.source, entity, object()).open(entity)


def main(dsn: str, folder: Path) -> None:
    """Sync, and say how it went."""
    configs = folder.parent / "configs"
    for name, text in YAML.items():
        (configs / name).parent.mkdir(parents=True, exist_ok=True)
        (configs / name).write_text(text)
    source = load_source(configs, "toys")
    entity = source.entities["numbers"]
    run = Pipeline(Toys(source), Warehouse(dsn), folder).run(entity)
    door = load_door(type(entity.read))
    told = {
        "module": sys.modules[door.__module__].__file__,
        "looked": door(source, object()).probe(entity),
        "status": run.row.status,
    }
    print(json.dumps(told))  # noqa: T201 - the job's answer


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
