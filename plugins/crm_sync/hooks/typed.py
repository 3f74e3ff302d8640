"""Hooks behind the connection types `crm_sync_<crm_source>`: Airflow makes them from a connection's id alone.

Airflow wants a class of its own for each type; which types there are is said by connection_types.json.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook

from crm_sync.config.connection_form import TYPE_PREFIX, name_type
from crm_sync.exceptions import ConfigError

if TYPE_CHECKING:
    from crm_sync.config.models import SourceConfig

_CLASS_NAME = re.compile(r"([A-Z0-9][a-z0-9]*)Hook")


class TypedHook(BaseHook):
    """Tests a connection; a sync opens it by `CrmHook`, as it opens one of any other type.

    Args:
        crm_conn_id: the connection.
    """

    conn_name_attr = "crm_conn_id"
    default_conn_name = ""
    conn_type = ""
    hook_name = ""

    def __init__(self, crm_conn_id: str) -> None:
        super().__init__()
        self.crm_conn_id = crm_conn_id

    def get_conn(self) -> Any:
        """Give the client, store or database that the CRM is read through, unpaced.

        Raises:
            ConfigError: the connection lacks what the CRM needs.
        """
        from crm_sync.hooks.opening import Opening, open_connection

        return open_connection(Opening(self._load_source(), _refuse, is_paced=False))

    def test_connection(self) -> tuple[bool, str]:
        """Say whether every entity may be read: the button of Airflow's connection form.

        Returns:
            Whether all is well, and a line for each thing that was checked.
        """
        from crm_sync.hooks.crm import CrmHook

        try:
            source = self._load_source()
        except ConfigError as error:
            return False, str(error)
        return CrmHook(source, connect=_refuse).test_connection()

    def _load_source(self) -> SourceConfig:
        from crm_sync.config.loader import load_source
        from crm_sync.settings import configs_dir

        source = load_source(configs_dir(), self.conn_type.removeprefix(TYPE_PREFIX))
        return source.model_copy(update={"connection_id": self.crm_conn_id})


def read_extra(connection: Any) -> dict[str, Any]:
    """Give a connection's extra; fields that were left empty in one of our forms are not in it."""
    extra: dict[str, Any] = connection.extra_dejson
    if not is_typed(connection):
        return dict(extra)
    return {key: value for key, value in extra.items() if value not in (None, "")}


def is_typed(connection: Any) -> bool:
    """Tell whether a connection is of a type of ours."""
    return str(connection.conn_type).startswith(TYPE_PREFIX)


def _refuse() -> Any:
    message = "a check has no rate budget"
    raise RuntimeError(message)


@cache
def _build_class(crm_source: str) -> type[TypedHook]:
    names = {
        "conn_type": name_type(crm_source),
        "hook_name": f"{crm_source} (crm_sync)",
        "default_conn_name": f"{crm_source}_default",
        "__module__": __name__,
    }
    return type(f"{crm_source.capitalize()}Hook", (TypedHook,), names)


def __getattr__(name: str) -> type[TypedHook]:
    """Make the class that Airflow asks for by name."""
    if (found := _CLASS_NAME.fullmatch(name)) is None:
        raise AttributeError(name)
    return _build_class(found[1].lower())
