"""The Google Sheets fake as one object: token endpoint, doorkeeper, spreadsheet, Drive."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from sandbox.frame.faults import FaultPlan
from sandbox.frame.messages import Request, Response, json_response
from sandbox.frame.sandbox import Sandbox
from sandbox.googlesheets import errors
from sandbox.googlesheets.access import Access
from sandbox.googlesheets.activity import make_activity
from sandbox.googlesheets.changes import Changes
from sandbox.googlesheets.config import GoogleSheetsConfig
from sandbox.googlesheets.documents import Documents
from sandbox.googlesheets.errors import ApiError
from sandbox.googlesheets.fault_kinds import googlesheets_fault_kinds
from sandbox.googlesheets.generate import generate
from sandbox.googlesheets.store import Store


class GoogleSheetsSandbox(Sandbox[GoogleSheetsConfig, Store, Changes]):
    """A fake spreadsheet.

    Args:
        config: Settings; `None` takes the defaults.
        **overrides: Single settings by name, see `GoogleSheetsConfig`.
    """

    vendor = "googlesheets"

    def __init__(self, config: GoogleSheetsConfig | None = None, **overrides: Any) -> None:
        super().__init__(
            replace(config or GoogleSheetsConfig(), **overrides), generate, Changes, make_activity
        )
        self._latest = Response(404)
        self.faults = FaultPlan(googlesheets_fault_kinds(self.clock, lambda: self._latest))
        self.access = Access(self.config, self.clock)
        self._documents = Documents(self.config, self.store)

    def answer(self, request: Request) -> Response:
        """The answer as Google gives it: who asks, then the file, then the endpoint."""
        try:
            if request.path == "/token" and request.method == "POST":
                return self.access.answer_token(request)
            self._latest = json_response(200, self._answer_endpoint(request))
        except ApiError as error:
            return error.to_response()
        return self._latest

    def _answer_endpoint(self, request: Request) -> object:
        if request.method != "GET":
            raise errors.not_found()
        # a slash inside of a range is encoded; one that is not is a segment of its own
        segments = [unquote(part) for part in request.raw_path.decode("latin-1").strip("/").split("/")]
        match segments:
            case ["drive", "v3", "files", file]:
                self._check(request, "drive", file)
                return self._documents.describe_file(request)
            case ["v4", "spreadsheets", file]:
                self._check(request, "sheets", file)
                return self._documents.describe(request)
            case ["v4", "spreadsheets", file, "values:batchGet"]:
                self._check(request, "sheets", file)
                return self._documents.read_batch(request)
            case ["v4", "spreadsheets", file, "values", cells]:
                self._check(request, "sheets", file)
                return self._documents.read_values(request, cells)
            case _:
                raise errors.not_found()

    def _check(self, request: Request, service: str, file: str) -> None:
        self.access.check(request, service)
        if file != self.config.spreadsheet_id:
            raise errors.not_found()
        if self.config.is_excel and service == "sheets":
            raise errors.is_excel()
