"""Checks signatures of version 4, written from AWS's description and not with the client's library."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from sandbox.frame.messages import Request
from sandbox.salespro.errors import ApiError, bad_signature, unknown_key, unsigned

_HEADER = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)/"
    r"(?P<service>[^/]+)/aws4_request, ?SignedHeaders=(?P<headers>[^,]+), ?"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)
_LONGEST_S = 300


def check_signature(
    request: Request, secrets: Mapping[str, str], *, region: str, now: datetime | None
) -> tuple[str, str]:
    """Check who signed a request; gives the access key id and the service.

    Args:
        request: as it came.
        secrets: by access key id.
        region: that the signature has to name.
        now: moment that it has to be of; None: any.

    Raises:
        ApiError: there is no signature, or it does not fit.
    """
    found = _HEADER.fullmatch(request.header(b"authorization") or "")
    if found is None:
        raise unsigned()
    if found["key"] not in secrets:
        raise unknown_key()
    if found["region"] != region:
        raise bad_signature(f"Credential should be scoped to a valid region, not '{found['region']}'.")
    stamp = request.header(b"x-amz-date") or ""
    _check_time(stamp, now)
    headers = found["headers"].split(";")
    lacking = _list_unsigned(request, headers)
    if lacking:
        raise bad_signature(f"headers are not signed: {', '.join(lacking)}")
    scope = f"{found['day']}/{found['region']}/{found['service']}/aws4_request"
    digest = hashlib.sha256(_write_canonical(request, headers, found["service"]).encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
    key = _derive_key(secrets[found["key"]], found["day"], found["region"], found["service"])
    if not hmac.compare_digest(hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), found["signature"]):
        raise bad_signature(
            "The request signature we calculated does not match the signature you provided. Check your AWS "
            "Secret Access Key and signing method."
        )
    return found["key"], found["service"]


def _check_time(stamp: str, now: datetime | None) -> None:
    try:
        at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise bad_signature("Date must be in ISO-8601 'basic format'.") from None
    if now is not None and abs((now - at).total_seconds()) > _LONGEST_S:
        raise bad_signature(f"Signature expired: {stamp} is now more than five minutes away")


def _list_unsigned(request: Request, signed: list[str]) -> list[str]:
    names = {name.decode() for name, _ in request.headers}
    return sorted(
        name for name in names if (name == "host" or name.startswith("x-amz-")) and name not in signed
    )


def _write_canonical(request: Request, headers: list[str], service: str) -> str:
    path = quote(request.path, safe="/-_.~")
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in parse_qsl(request.query_string.decode(), keep_blank_values=True)
    )
    lines = [f"{name}:{' '.join((request.header(name.encode()) or '').split())}\n" for name in headers]
    body = hashlib.sha256(request.body).hexdigest()
    if service == "s3":
        body = request.header(b"x-amz-content-sha256") or body
    query = "&".join(f"{name}={value}" for name, value in pairs)
    return "\n".join([request.method, path, query, "".join(lines), ";".join(headers), body])


def _derive_key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


__all__ = ["ApiError", "check_signature"]
