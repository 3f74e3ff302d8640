"""What goes wrong, as one sentence under `detail`."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg2 import errors
from starlette.exceptions import HTTPException

from crm_sync.web.reach import NoAnswerError

log = logging.getLogger(__name__)


def add_handlers(app: FastAPI) -> None:
    """Let the app answer each fault with one sentence."""
    app.add_exception_handler(RequestValidationError, _say_what_is_wrong)
    app.add_exception_handler(NoAnswerError, _say_unavailable)
    app.add_exception_handler(errors.QueryCanceled, _say_too_long)
    app.add_exception_handler(HTTPException, _say_refusal)
    app.add_exception_handler(Exception, _say_broken)


def _answer(status_code: int, sentence: str) -> JSONResponse:
    return JSONResponse({"detail": sentence}, status_code=status_code)


def _say_what_is_wrong(_: Request, error: Exception) -> JSONResponse:
    found = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": (), "msg": str(error)}
    name = found["loc"][-1] if found["loc"] else "request"
    return _answer(422, f"{name}: {found['msg']}.")


def _say_unavailable(_: Request, error: Exception) -> JSONResponse:
    return _answer(503, str(error))


def _say_too_long(request: Request, _: Exception) -> JSONResponse:
    log.warning("The warehouse took too long for %s.", request.url.path)
    return _answer(504, "The warehouse took too long to answer.")


def _say_refusal(_: Request, error: Exception) -> JSONResponse:
    status_code = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    sentence = str(error.detail) if isinstance(error, HTTPException) else str(error)
    return JSONResponse({"detail": sentence}, status_code=status_code, headers=headers)


def _say_broken(_request: Request, _: Exception) -> JSONResponse:
    # Starlette raises the error once more after this answer, so the server's log has it whole
    return _answer(500, "The page has a fault; the API server's log has it whole.")
