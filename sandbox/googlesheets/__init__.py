"""A faithful fake of one spreadsheet behind the Google Sheets API, and of what Drive says about it."""

from __future__ import annotations

from sandbox.googlesheets.config import GoogleSheetsConfig
from sandbox.googlesheets.sandbox import GoogleSheetsSandbox

__all__ = ["GoogleSheetsConfig", "GoogleSheetsSandbox"]
