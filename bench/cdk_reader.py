"""Reads a manifest with airbyte-cdk; runs in an environment of its own that has it.

python cdk_reader.py manifest.yaml config.json: prints the records of each stream as JSON. It imports nothing
of this project, and this project does not need airbyte-cdk.
"""

from __future__ import annotations

import json
import logging
import sys
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml


def read(manifest: dict[str, Any], config: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Read all streams of a manifest whole."""
    logger = logging.getLogger("airbyte")
    models: Any = import_module("airbyte_cdk.models")
    module: Any = import_module("airbyte_cdk.sources.declarative.concurrent_declarative_source")
    make = module.ConcurrentDeclarativeSource
    source = make(catalog=None, config=config, state=None, source_config=manifest)
    streams = [
        models.ConfiguredAirbyteStream(
            stream=stream,
            sync_mode=models.SyncMode.full_refresh,
            destination_sync_mode=models.DestinationSyncMode.append,
        )
        for stream in source.discover(logger, config).streams
    ]
    catalog = models.ConfiguredAirbyteCatalog(streams=streams)
    source = make(catalog=catalog, config=config, state=None, source_config=manifest)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for message in source.read(logger, config, catalog, None):
        if message.type == models.Type.RECORD:
            found[message.record.stream].append(dict(message.record.data))
    return found


if __name__ == "__main__":
    given = yaml.safe_load(Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(json.dumps(read(given, json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))), default=str))
