"""Signatures over each request, made with a secret key at the moment it is sent."""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from crm_sync.config.auth_words import SIGNED, HmacWords, find_names
from crm_sync.rest.auth import Auth, Unsigned
from crm_sync.rest.connection_facts import ConnectionFacts, fill_slots


class HmacAuth(Auth):
    """Signs each request anew, repeats included.

    Args:
        words: what is signed, and how.
        connection: keys and extras.
        clock: seconds since the epoch.

    Raises:
        ConfigError: the connection lacks a key or an extra, or the key is not in its format.
    """

    def __init__(
        self, words: HmacWords, connection: ConnectionFacts, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._words = words
        self._clock = clock
        own = SIGNED | {"signature"}
        slots = {name for text in (words.message, *words.headers.values()) for name in find_names(text)} - own
        self._values = connection.need("".join(f"{{{name}}}" for name in sorted(slots)))
        key = fill_slots(words.key, connection.need(words.key))
        try:
            self._key = _read_key(key, words.key_format)
        except (binascii.Error, ValueError):
            raise connection.lacks("password", f"a key in {words.key_format}") from None

    def build_headers(self) -> Mapping[str, str]:
        """Sign an unknown request; only for schemes that do not sign the request itself."""
        return self.sign(Unsigned("GET", "/"))

    def sign(self, request: Unsigned) -> Mapping[str, str]:
        """Give the headers of a request that is about to be sent."""
        words = self._words
        values = {**self._values, "timestamp": self._write_time(), "method": request.method}
        values |= {
            "path": request.path,
            "body": (request.body or b"").decode("utf-8", errors="surrogateescape"),
        }
        message = fill_slots(words.message, values).encode("utf-8", errors="surrogateescape")
        made = hmac.new(self._key, message, words.digest)
        signature = made.hexdigest()
        if words.signature_format == "base64":
            signature = base64.b64encode(made.digest()).decode("ascii")
        values["signature"] = signature
        return {name: fill_slots(template, values) for name, template in words.headers.items()}

    def _write_time(self) -> str:
        now = self._clock()
        if self._words.timestamp == "iso_z":
            return datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return str(int(now * 1000 if self._words.timestamp == "epoch_ms" else now))


def _read_key(key: str, key_format: str) -> bytes:
    if key_format == "base64":
        return base64.b64decode(key, validate=True)
    return bytes.fromhex(key) if key_format == "hex" else key.encode()
