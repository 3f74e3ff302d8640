"""One HTTP request at a time: client, auth, page styles, limits, retries."""

from __future__ import annotations
