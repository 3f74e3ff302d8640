"""Signatures over each request, made with a secret key at the moment it is sent."""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from typing_extensions import override

from crm_sync.config.auth_words import SIGNED, HmacWords, find_names
from crm_sync.rest.auth import Auth, Unsigned
from crm_sync.rest.connection_facts import ConnectionFacts, fill_slots

logger = logging.getLogger(__name__)

_MOST_AHEAD_S = 30.0
"""The source's clock is known to whole seconds, and an answer takes its time: less is no wrong clock."""


class HmacAuth(Auth):
    """Signs each request anew, repeats included; after a refusal with the source's time, if ours differs.

    Args:
        words: what is signed, and how.
        connection: keys and extras.
        clock: seconds since the epoch.
        notes: takes sentences that the end of a run has to repeat.

    Raises:
        ConfigError: the connection lacks a key or an extra, or the key is not in its format.
    """

    def __init__(
        self,
        words: HmacWords,
        connection: ConnectionFacts,
        *,
        clock: Callable[[], float] = time.time,
        notes: dict[str, None] | None = None,
    ) -> None:
        self._words = words
        self._clock = clock
        self._ahead_s = 0.0
        self._notes = {} if notes is None else notes
        own = SIGNED | {"signature"}
        slots = {name for text in (words.message, *words.headers.values()) for name in find_names(text)} - own
        self._values = connection.need("".join(f"{{{name}}}" for name in sorted(slots)))
        key = fill_slots(words.key, connection.need(words.key))
        try:
            self._key = _read_key(key, words.key_format)
        except (binascii.Error, ValueError):
            raise connection.lacks("password", f"a key in {words.key_format}") from None

    @override
    def build_headers(self) -> Mapping[str, str]:
        """Sign an unknown request; only for schemes that do not sign the request itself."""
        return self.sign(Unsigned("GET", "/"))

    @override
    def renew(self, stale: Mapping[str, str], *, ahead_s: float = 0.0) -> bool:
        """Let the request be signed once more, by the source's clock if ours is far from it."""
        if abs(ahead_s) > _MOST_AHEAD_S and "{timestamp}" in self._words.message:
            text = (
                f"The source's clock is {abs(ahead_s):,.0f} s {'ahead of' if ahead_s > 0 else 'behind'} this "
                "machine's. It refused a signature, so requests are signed by its clock now: set this "
                "machine's clock right."
            )
            if self._ahead_s == 0.0:
                logger.warning("%s", text)
                self._notes[text] = None
            self._ahead_s = ahead_s
        return True

    @override
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
        now = self._clock() + self._ahead_s
        if self._words.timestamp == "iso_z":
            return datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return str(int(now * 1000 if self._words.timestamp == "epoch_ms" else now))


def _read_key(key: str, key_format: str) -> bytes:
    if key_format == "base64":
        return base64.b64decode(key, validate=True)
    return bytes.fromhex(key) if key_format == "hex" else key.encode()
