"""How a manifest's requests are signed, in the words of `rest.auth`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_sync.import_manifest.components import Component
from crm_sync.import_manifest.expressions import Lookup, Piece, list_values, names_config_alone, parse_text
from crm_sync.import_manifest.findings import NotSaidError
from crm_sync.import_manifest.names import escape_braces
from crm_sync.import_manifest.oauth import OAuthPlan, read_oauth
from crm_sync.import_manifest.scope import Keys

_SECRET = re.compile(r"(?:api|access|secret|private|license)_?key$|token$|secret$|password$", re.IGNORECASE)
_MADE = re.compile(r"([^{}]*)(\{\{[^{}]*\}\})([^{}]*)", re.DOTALL)
_SLOTS = ("password", "login")
_PREFERRED = (
    "BearerAuthenticator",
    "ApiKeyAuthenticator",
    "BasicHttpAuthenticator",
    "OAuthAuthenticator",
    "NoAuth",
)


@dataclass(frozen=True)
class AuthPlan:
    """One way to sign."""

    kind: str = "none"
    templates: tuple[tuple[str, str], ...] = ()
    """Headers or parameters with {password} and {login}."""
    secrets: tuple[tuple[Keys, str], ...] = ()
    """Which value of the config is the connection's password or login, or an extra of it."""
    oauth: OAuthPlan | None = None
    doubts: tuple[str, ...] = field(default=(), compare=False)

    @property
    def words(self) -> dict[str, Any]:
        """Give the words of `rest`."""
        if self.kind == "oauth" and self.oauth is not None:
            return {"auth": "oauth", "oauth": self.oauth.words}
        if not self.templates:
            return {"auth": self.kind}
        return {
            "auth": self.kind,
            f"auth_{'params' if self.kind == 'param' else 'headers'}": dict(self.templates),
        }


def read_auth(requester: Component, secret_keys: Collection[Keys]) -> AuthPlan:
    """Give the way in which a requester signs.

    Keys that it sends by plain parameters or headers count, too, where nothing else signs or headers do.

    Args:
        requester: whose authenticator, parameters and headers are looked at.
        secret_keys: values of the config that are secrets.

    Raises:
        NotSaidError: it is a way that we have no word for.
    """
    component = requester.part("authenticator")
    plan = AuthPlan() if component is None else _read_one(component)
    headers = list_secret_texts(_take_sent(requester, "request_headers"), secret_keys)
    params = list_secret_texts(_take_sent(requester, "request_parameters"), secret_keys)
    if plan.kind in ("none", "bearer", "headers") and headers:
        known = dict(plan.templates) or (
            {"Authorization": "Bearer {password}"} if plan.kind == "bearer" else {}
        )
        return _sign_with(
            "headers", headers, AuthPlan("headers", tuple(known.items()), plan.secrets, None, plan.doubts)
        )
    if params and plan.kind not in ("none", "param"):
        raise NotSaidError("a key in a parameter beside another way to sign", ", ".join(params))
    return _sign_with("param", params, plan) if params else plan


def _take_sent(requester: Component, key: str) -> object:
    """Give what a requester sends at a key, where its call is read from, too."""
    provider = requester.own("request_options_provider")
    if not isinstance(provider, Mapping):
        return requester.take(key)
    return provider.get(key) or requester.parameters.get(key)


def list_secret_texts(texts: object, secret_keys: Collection[Keys]) -> dict[str, str]:
    """Give those texts of a mapping that hold a secret of the config."""
    found: dict[str, str] = {}
    for name, text in texts.items() if isinstance(texts, Mapping) else ():
        if isinstance(text, str) and any(_is_secret(piece.keys, secret_keys) for piece in _list_config(text)):
            found[str(name)] = text
    return found


def _is_secret(keys: Keys, secret_keys: Collection[Keys]) -> bool:
    # a manifest may forget to say so, and positions are stored with the parameters that narrow a list
    return keys in secret_keys or bool(keys and _SECRET.search(str(keys[-1])))


def _sign_with(kind: str, texts: Mapping[str, str], before: AuthPlan) -> AuthPlan:
    secrets = dict(before.secrets)
    templates = dict(before.templates)
    doubts = before.doubts
    for name, text in texts.items():
        templates[name], told = _write_token(text, secrets)
        doubts += told
    if len(doubts) > len(before.doubts) and sum("{password}" in one for one in templates.values()) > 1:
        raise NotSaidError("a key that has to be worked out", ", ".join(texts))
    return AuthPlan(kind, tuple(sorted(templates.items())), tuple(secrets.items()), None, doubts)


def _read_one(component: Component) -> AuthPlan:
    kind = component.type
    if kind == "NoAuth":
        return AuthPlan()
    if kind == "BearerAuthenticator":
        return _read_token(component, {"Authorization": "Bearer "})
    if kind == "ApiKeyAuthenticator":
        return _read_api_key(component)
    if kind == "BasicHttpAuthenticator":
        return _read_basic(component)
    if kind == "OAuthAuthenticator":
        return AuthPlan(
            "oauth", oauth=(plan := read_oauth(component)), secrets=plan.secrets, doubts=plan.doubts
        )
    if kind == "SelectiveAuthenticator":
        return _choose(component)
    if component.class_name:
        raise NotSaidError("own Python code that signs", component.class_name)
    raise NotSaidError(f"a way to sign ({kind or 'without a type'})")


def _read_token(component: Component, headers: Mapping[str, str]) -> AuthPlan:
    secrets: dict[Keys, str] = {}
    text, doubts = _write_token(str(component.take("api_token", "")), secrets)
    if text == "{password}" and dict(headers) == {"Authorization": "Bearer "}:
        return AuthPlan("bearer", (), tuple(secrets.items()), None, doubts)
    written = {name: before + text for name, before in headers.items()}
    return AuthPlan("headers", tuple(written.items()), tuple(secrets.items()), None, doubts)


def _read_api_key(component: Component) -> AuthPlan:
    option = component.part("inject_into")
    if option is None:
        return _read_token(component, {_plain(component.take("header", "")): ""})
    name, place = _plain(option.take("field_name", "")), option.take("inject_into")
    if place == "header":
        return _read_token(component, {name: ""})
    if place != "request_parameter":
        raise NotSaidError("a key in the body of a request", name)
    secrets: dict[Keys, str] = {}
    text, doubts = _write_token(str(component.take("api_token", "")), secrets)
    return AuthPlan("param", ((name, text),), tuple(secrets.items()), None, doubts)


def _write_token(text: str, secrets: dict[Keys, str]) -> tuple[str, tuple[str, ...]]:
    """Write a token; what is made of values of the config alone is the password as a whole."""
    try:
        return _write(parse_text(text), secrets), ()
    except NotSaidError:
        made = _MADE.fullmatch(text.strip())
        if made is None or not names_config_alone(made[2]):
            raise
    written = f"{escape_braces(made[1])}{{password}}{escape_braces(made[3])}"
    return written, (f"put into the connection's password what the manifest makes of: {made[2]}",)


def _read_basic(component: Component) -> AuthPlan:
    secrets: list[tuple[Keys, str]] = []
    doubts: list[str] = []
    for key, slot in (("username", "login"), ("password", "password")):
        pieces = parse_text(str(component.take(key, "")))
        if len(pieces) == 1 and isinstance(pieces[0], Lookup) and pieces[0].root == "config":
            secrets.append((pieces[0].keys, slot))
        elif any(not isinstance(piece, str) for piece in pieces):
            doubts.append(
                f"put into the connection's {slot} what the manifest makes of: {component.take(key)}"
            )
        else:
            sent = "".join(map(str, pieces)) or "nothing"
            doubts.append(f"put into the connection's {slot} what the manifest sends: {sent}")
    return AuthPlan("basic", (), tuple(secrets), None, tuple(doubts))


def _choose(component: Component) -> AuthPlan:
    options = component.part("authenticators")
    component.leave("authenticator_selection_path")
    names = list(component.own("authenticators", {}))
    ways = {name: one for name in names if options is not None and (one := options.part(name)) is not None}
    order = sorted(
        ways, key=lambda name: _PREFERRED.index(ways[name].type) if ways[name].type in _PREFERRED else 9
    )
    last: NotSaidError | None = None
    for name in order:
        try:
            plan = _read_one(ways[name])
        except NotSaidError as error:
            last = error
            continue
        for other in ways.values():
            other.leave_all()
        doubt = f"of the ways to log in ({', '.join(ways)}) {name} is the one that is used"
        return AuthPlan(plan.kind, plan.templates, plan.secrets, plan.oauth, (*plan.doubts, doubt))
    raise last or NotSaidError("a way to sign (SelectiveAuthenticator)")


def _write(pieces: tuple[Piece, ...], secrets: dict[Keys, str]) -> str:
    """Write a text with the slots of secrets, which are given out in order."""
    written: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            written.append(escape_braces(piece) if "{" in piece else piece)
            continue
        if not isinstance(piece, Lookup) or piece.root != "config" or not piece.keys:
            raise NotSaidError("a key that has to be worked out", piece)
        if isinstance(piece.default, Lookup):
            raise NotSaidError("a key that has to be worked out", piece)
        free = [slot for slot in _SLOTS if slot not in secrets.values()]
        if piece.keys not in secrets:
            if not free:
                raise NotSaidError("more than two secrets", piece)
            secrets[piece.keys] = free[0]
        written.append(f"{{{secrets[piece.keys]}}}")
    return "".join(written)


def _plain(text: object) -> str:
    pieces = parse_text(str(text))
    if not all(isinstance(piece, str) for piece in pieces) or not pieces:
        raise NotSaidError("the name of a header that has to be worked out", text)
    return "".join(map(str, pieces))


def _list_config(text: str) -> list[Lookup]:
    return [one for one in list_values(text) if one.root == "config"]
