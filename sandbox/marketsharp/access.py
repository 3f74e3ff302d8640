"""Checks the signature that every request carries."""

from __future__ import annotations

import base64
import hashlib
import hmac

from sandbox.frame.clock import SandboxClock
from sandbox.frame.messages import Request
from sandbox.marketsharp.config import MarketSharpConfig
from sandbox.marketsharp.errors import unauthorized


def sign(company_id: str, api_key: str, secret: str, timestamp: int | str) -> str:
    """The header's value; the key is what the secret decodes to."""
    message = f"{company_id}{api_key}{timestamp}".encode()
    made = hmac.new(base64.b64decode(secret), message, hashlib.sha256).digest()
    return f"{company_id}:{api_key}:{timestamp}:{base64.b64encode(made).decode()}"


def check_signature(config: MarketSharpConfig, clock: SandboxClock, request: Request) -> None:
    """Refuse a request without a good signature of about now.

    Raises:
        ApiError: 401.
    """
    given = request.header(b"authorization") or ""
    parts = given.split(":", 3)
    # a scheme's word, as in `Basic …`, makes it no signature
    if len(parts) != 4 or " " in given or not parts[2].isdecimal():
        raise unauthorized()
    good = sign(config.company_id, config.api_key, config.secret, parts[2])
    if not hmac.compare_digest(given, good) or abs(int(parts[2]) - clock.now_s()) > config.skew_s:
        raise unauthorized()
