"""Asks the MarketSharp fake as a client would, with a signature of its own making."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any

import requests

JSON = "application/json"


def sign(fake: Any, *, late_s: float = 0.0, secret: str = "", api_key: str = "") -> str:
    """The header as public clients make it."""
    config = fake.config
    stamp = str(int(time.time() - late_s))
    key = api_key or config.api_key
    message = f"{config.company_id}{key}{stamp}".encode()
    made = hmac.new(base64.b64decode(secret or config.secret), message, hashlib.sha256).digest()
    return f"{config.company_id}:{key}:{stamp}:{base64.b64encode(made).decode()}"


def get(fake: Any, path: str, accept: str | None = None, **options: str) -> requests.Response:
    """One answer; options are named without their `$`."""
    query = "&".join(f"${name}={requests.utils.quote(value)}" for name, value in options.items())
    headers = {"Authorization": sign(fake), **({"Accept": accept} if accept else {"Accept": "*/*"})}
    return requests.get(f"{fake.url}/WcfDataService.svc/{path}?{query}", headers=headers, timeout=10)


def rows(fake: Any, path: str, **options: str) -> list[dict[str, Any]]:
    """The records of a list."""
    found = get(fake, path, JSON, **options).json()["d"]
    listed: list[dict[str, Any]] = found if isinstance(found, list) else found["results"]
    return listed
