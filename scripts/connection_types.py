"""Connection types of the CRMs as Airflow wants them, made from the YAML: connection_types.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from crm_sync.config.connection_form import ConnectionForm, ExtraWords, name_type
from crm_sync.config.loader import list_sources, load_source

_FIELDS = ("host", "schema", "login", "password", "port")
_JSON_TYPES = {"secret": "string"}


def build_connection_types(configs: Path) -> str:
    """Give the file's text: one type for each CRM whose source.yaml has a `connection_form`."""
    sources = [load_source(configs, name) for name in list_sources(configs)]
    types = [
        {
            "connection-type": name_type(source.crm_source),
            "hook-class-name": f"crm_sync.hooks.typed.{source.crm_source.capitalize()}Hook",
            "hook-name": f"{source.title} (crm_sync)",
            "ui-field-behaviour": _build_behaviour(source.connection_form),
            "conn-fields": {
                name: _build_field(words) for name, words in source.connection_form.extras.items()
            },
        }
        for source in sources
        if source.connection_form is not None
    ]
    return json.dumps(types, indent=1, ensure_ascii=False) + "\n"


def _build_behaviour(form: ConnectionForm) -> dict[str, Any]:
    return {
        "hidden-fields": [name for name in _FIELDS if name not in form.fields],
        "relabeling": {name: words.label for name, words in form.fields.items()},
        "placeholders": {name: words.placeholder for name, words in form.fields.items() if words.placeholder},
    }


def _build_field(words: ExtraWords) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": [_JSON_TYPES.get(words.type, words.type), "null"]}
    if words.type == "secret":
        schema["format"] = "password"
    if words.choices:
        schema |= {"enum": [*words.choices, None], "values_display": {"null": "default"}}
    field: dict[str, Any] = {"label": words.label, "schema": schema}
    return field | ({"description": words.help} if words.help else {})
