"""The requests for a spreadsheet: which file is meant, and its tabs, titles, cells and version."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from crm_sync.config.rest_grid import CellCall, GridCall, RestGridRead
from crm_sync.exceptions import ConfigError
from crm_sync.rest.client import RestClient
from crm_sync.rest.messages import Request, ShapeCheck, Watch, describe_value, find_path
from crm_sync.rest.waits import never
from crm_sync.sources.grid.ranges import read_first_row
from crm_sync.sources.rest.slots import SlotValues
from crm_sync.untyped import Json


@dataclass(frozen=True)
class GridFile:
    """The file that is read."""

    id: str
    tab_id: int | None = None
    """Of the tab that its address names; None: it names none."""


def find_file(read: RestGridRead, client: RestClient) -> GridFile:
    """Give the file that the YAML names, or else the connection.

    Raises:
        ConfigError: neither of them does, or the address has no id.
    """
    where, key = f"connection {client.connection_id}", f"extra.{read.file_extra}"
    named = read.file or client.extras.get(read.file_extra or "", "")
    if not named:
        raise ConfigError(where, key, "the id or address of the file, since read.file in the YAML has none")
    if "/" not in named:
        return GridFile(named)
    found = re.search(read.file_pattern, named) if read.file_pattern else None
    if found is None:
        where, key = ("the entity's YAML", "read.file") if read.file else (where, key)
        raise ConfigError(where, key, "the id of a file, or an address that has it", got=repr(named))
    tab = found.groupdict().get("tab")
    return GridFile(found["file"], int(tab) if tab else None)


@dataclass(frozen=True)
class GridCalls:
    """Sends the requests of one tab.

    Args:
        client: of the account.
        read: the words for them.
        file: that is read.
        paths: pieces of paths by placeholder.
    """

    client: RestClient
    read: RestGridRead
    file: GridFile
    paths: Mapping[str, str] = field(default_factory=dict)

    def send_layout(self) -> Json:
        """Ask for the tabs."""
        path = self.read.layout.tabs_path

        def check(data: Json) -> str | None:
            tabs = find_path(data, path)
            is_list = isinstance(tabs, list)
            return None if is_list else f"has no list '{path}', there is {describe_value(tabs)}"

        return self._send(self.client, self.read.layout, check=check)

    def send_header(self, cells: str) -> list[Any]:
        """Ask for the titles; gives the cells of their row."""
        rows = self._send_cells(self.read.header, cells)
        return rows[0] if rows else []

    def send_rows(
        self,
        cells: str,
        cancelled: Callable[[], bool] = never,
        watch: Watch | None = None,
    ) -> list[list[Any]]:
        """Ask for rows; those at the end that are empty are missing."""
        return self._send_cells(self.read.rows, cells, cancelled, watch)

    def send_probe(self) -> dict[str, Any]:
        """Ask whether the file changed; gives what changes with it, by path.

        Raises:
            ConfigError: `probes` is set, and nothing says where to ask, or no address is named.
        """
        probe = self.read.probe
        if probe is None:
            raise ConfigError(
                "the entity's YAML", "read.probe", "the request that says whether a file changed"
            )
        host = self.client.extras.get(probe.host_extra or "") or probe.host
        client = self.client
        if host and not host.startswith(("https://", "http://")):
            where = f"extra.{probe.host_extra} or read.probe.host in the YAML"
            expected = "an address with https:// in front"
            raise ConfigError(f"connection {client.connection_id}", where, expected, got=repr(host))
        if host:
            client = replace(client, transport=client.transport.move_to(host))

        def check(data: Json) -> str | None:
            lacking = [path for path in probe.version_paths if find_path(data, path) in (None, "")]
            return f"has nothing at '{lacking[0]}', which changes with the file" if lacking else None

        data = self._send(client, probe, check=check)
        return {path: find_path(data, path) for path in probe.version_paths}

    def _send_cells(
        self,
        call: CellCall,
        cells: str,
        cancelled: Callable[[], bool] = never,
        watch: Watch | None = None,
    ) -> list[list[Any]]:
        path = call.rows_path

        def check(data: Json) -> str | None:
            if not isinstance(data, Mapping) or "error" in data:
                return f"is {describe_value(data)}, expected an object with '{path}'"
            told = find_path(data, call.range_path) if call.range_path else cells
            if not isinstance(told, str) or read_first_row(told) != read_first_row(cells):
                return f"is for {describe_value(told)}, expected the range {cells}"
            rows = find_path(data, path)
            if rows is None:
                return None
            if not isinstance(rows, list):
                return f"has {describe_value(rows)} at '{path}', expected a list of rows"
            odd = next((row for row in rows if not isinstance(row, list)), None)
            return None if odd is None else f"has {describe_value(odd)} at '{path}' where a row should be"

        data = self._send(self.client, call, cells, check=check, cancelled=cancelled, watch=watch)
        return find_path(data, path) or []

    def _send(
        self,
        client: RestClient,
        call: GridCall,
        cells: str = "",
        *,
        check: ShapeCheck,
        cancelled: Callable[[], bool] = never,
        watch: Watch | None = None,
    ) -> Json:
        # in a path each is one segment, slashes and all; parameters are encoded when they are sent
        plain = {**client.extras, **self.paths, "file": self.file.id, **({"range": cells} if cells else {})}
        encoded = {name: quote(text, safe="") for name, text in plain.items() if name not in self.paths}
        path = SlotValues({**encoded, **self.paths}).fill_text(call.path)
        if path is None:
            expected = f"a value for each slot of '{call.path}'"
            raise ConfigError(f"connection {client.connection_id}", "extra", expected)
        params = SlotValues(plain).fill_texts(call.params)
        classes = (self.read.rate_class,)
        request = Request("GET", path, params, rate_classes=classes, check=check, watch=watch)
        return client.send(request, cancelled=cancelled).data
