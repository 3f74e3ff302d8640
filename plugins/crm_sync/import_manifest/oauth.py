"""The token requests of a manifest in the words of `rest.oauth`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.expressions import Lookup, parse_text
from crm_sync.import_manifest.findings import NotSaidError
from crm_sync.import_manifest.scope import Keys

_UNKNOWN_URL = "https://extra-token-url-is-missing.invalid/"
"""Where only the connection knows the address: nothing is there, so a missing extra is a failure."""
_GRANTS = ("refresh_token", "client_credentials")


@dataclass(frozen=True)
class OAuthPlan:
    """Where tokens come from."""

    grant: str
    token_url: str
    scope: str = ""
    client: str = "form"
    secrets: tuple[tuple[Keys, str], ...] = ()
    doubts: tuple[str, ...] = field(default=(), compare=False)

    @property
    def words(self) -> dict[str, Any]:
        """Give the words of `rest.oauth`."""
        more = {"scope": self.scope} if self.scope else {}
        more |= {"client": self.client} if self.client != "form" else {}
        return {"grant": self.grant, "token_url": self.token_url, **more}


def read_oauth(component: Component) -> OAuthPlan:
    """Give the plan of an OAuthAuthenticator.

    Raises:
        NotSaidError: its token request is of another form.
    """
    grant = _constant(component, "grant_type", "refresh_token")
    if grant not in _GRANTS:
        raise NotSaidError("an OAuth grant", grant)
    if (name := component.take("access_token_name", "access_token")) != "access_token":
        raise NotSaidError("another name for an access token", name)
    for key in ("client_id_name", "client_secret_name", "refresh_token_name", "grant_type_name"):
        usual = key.removesuffix("_name")
        if (given := component.take(key, usual)) != usual:
            raise NotSaidError("another name in a token request", given)
    doubts = _list_doubts(component)
    url = _read_url(component, doubts)
    slots = {"client_id": "login", "client_secret": "password", "refresh_token": "extra refresh_token"}
    secrets = tuple(
        pair for key, slot in slots.items() for pair in _find_secret(component, key, slot, doubts)
    )
    headers = component.own("refresh_request_headers") or {}
    is_basic = "basic" in str(headers.get("Authorization", "")).lower()
    unsent = [name for name, text in headers.items() if not (is_basic and _is_sent(name, text))]
    if unsent:
        doubts.append(f"the token request has headers that are not sent: {', '.join(unsent)}")
    scopes = component.own("scopes") or []
    scope = scopes if isinstance(scopes, str) else " ".join(map(str, scopes))
    return OAuthPlan(grant, url, scope, "basic" if is_basic else "form", secrets, tuple(doubts))


def _is_sent(name: str, text: object) -> bool:
    """Tell whether a token request of a client that signs by Basic has a header anyway."""
    return name == "Authorization" or str(text) == "application/x-www-form-urlencoded"


def _read_url(component: Component, doubts: list[str]) -> str:
    text = str(component.take("token_refresh_endpoint", ""))
    try:
        pieces = parse_text(text)
    except NotSaidError:
        pieces = ()
    if pieces and all(isinstance(piece, str) for piece in pieces):
        return "".join(map(str, pieces))
    doubts.append(f"give the connection the extra token_url, what the manifest makes of: {text}")
    return _UNKNOWN_URL


def _constant(component: Component, key: str, usual: str) -> str:
    text = str(component.take(key, usual))
    pieces = parse_text(text)
    if not all(isinstance(piece, str) for piece in pieces):
        raise NotSaidError("an OAuth grant", text)
    return "".join(map(str, pieces))


def _list_doubts(component: Component) -> list[str]:
    doubts = []
    component.leave("expires_in_name", "token_expiry_date", "token_expiry_date_format", "access_token_value")
    if fields := component.own("refresh_request_body"):
        named = ", ".join(fields) if isinstance(fields, dict) else str(fields)
        doubts.append(f"the token request has further fields, which are not sent: {named}")
    if component.own("refresh_token_updater") is not None:
        doubts.append("a refresh token that the source replaces has to be put into the connection by hand")
    if component.own("use_profile_assertion") or component.own("profile_assertion"):
        raise NotSaidError("an OAuth grant", "profile assertion")
    return doubts


def _find_secret(component: Component, key: str, slot: str, doubts: list[str]) -> list[tuple[Keys, str]]:
    text = component.take(key)
    if text is None:
        return []
    try:
        pieces = parse_text(str(text))
    except NotSaidError:
        pieces = ()
    if len(pieces) == 1 and isinstance(pieces[0], Lookup) and pieces[0].root == "config":
        return [(pieces[0].keys, slot)]
    doubts.append(f"put into the connection's {slot} what the manifest makes of: {text}")
    return []
