"""Faults in GitHub's own words, beside those every API can show."""

from __future__ import annotations

from dataclasses import replace

from sandbox.frame.clock import SandboxClock
from sandbox.frame.fault_kinds import answer_with, common_fault_kinds, rate_limited_with
from sandbox.frame.faults import FaultKind, Options
from sandbox.frame.messages import Request, Response, json_response
from sandbox.github import errors


def github_fault_kinds(clock: SandboxClock) -> dict[str, FaultKind]:
    """The kinds by name; those of `common_fault_kinds` are included.

    - `rate_limited` (`retry_after_s`, `retry_after_form`): 429 of the secondary limit; `secondary_limit`:
      403 without a word about how long
    - `primary_limit` (`in_s`, `code`): 403 or 429, none left, the hour ends in so many seconds
    - `unauthorized`: 401; `missing_scope`: 403 of a token without the right; `missing`: 404
    - `too_large`: 403, above 100 MB; `server_error`: 502 with a web page; `error_in_200`: an error
      body with status 200
    - `moved` (`to`, `code`): a redirect
    """
    many = errors.secondary_limit(429).to_response
    left = (
        (b"x-ratelimit-limit", b"5000"),
        (b"x-ratelimit-remaining", b"4821"),
        (b"x-ratelimit-reset", b"%d"),
    )
    return {
        **common_fault_kinds(clock),
        "rate_limited": rate_limited_with(clock, many),
        "secondary_limit": answer_with(
            lambda: errors.secondary_limit(
                403, *left[:2], (left[2][0], left[2][1] % int(clock.now_s() + 1800))
            ).to_response()
        ),
        "primary_limit": FaultKind(instead=lambda _request, options: _refuse(clock, options)),
        "unauthorized": answer_with(errors.bad_credentials().to_response),
        "missing_scope": answer_with(errors.lacks_permission().to_response),
        "missing": answer_with(errors.not_found().to_response),
        "too_large": answer_with(errors.too_large("100 MB").to_response),
        "server_error": answer_with(
            lambda: Response(502, b"<html><title>Unicorn!</title></html>", b"text/html")
        ),
        "error_in_200": answer_with(lambda: replace(errors.not_found().to_response(), status=200)),
        "moved": FaultKind(instead=_move),
    }


def _refuse(clock: SandboxClock, options: Options) -> Response:
    until = str(int(clock.now_s() + float(options.get("in_s", 1800)))).encode()
    left = ((b"x-ratelimit-limit", b"5000"), (b"x-ratelimit-remaining", b"0"), (b"x-ratelimit-reset", until))
    return errors.hour_is_over(int(options.get("code", 403)), *left).to_response()


def _move(_request: Request, options: Options) -> Response:
    return json_response(
        int(options.get("code", 302)), {"message": "Moved"}, (b"location", str(options["to"]).encode())
    )
