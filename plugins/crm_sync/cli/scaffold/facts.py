"""What is asked of the one who adds a CRM, and what is refused before anything is written."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import Any, Literal, get_args

from crm_sync.cli.dag_files import OWN_STUBS
from crm_sync.exceptions import ConfigError

Auth = Literal["bearer", "basic", "header", "oauth"]
Paging = Literal["cursor", "page", "offset", "link"]
AUTHS: tuple[str, ...] = get_args(Auth)
PAGINGS: tuple[str, ...] = get_args(Paging)

_NAME = re.compile(r"[a-z][a-z0-9]{1,29}")
_ENTITY = re.compile(r"[a-z][a-z0-9_]{1,39}")
_TITLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .&+-]{0,39}")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~/-]*)?")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_SECRETS = {
    "bearer": "password = API key",
    "header": "password = API key",
    "basic": "login = user, password = password",
    "oauth": "login = client id, password = client secret",
}


@dataclass(frozen=True)
class NewCrm:
    """A CRM that is to be added.

    Args:
        name: of its folder.
        entity: its first one.
        title: for people.
        base_url: of the API.
        path: of the entity's list.
        auth: how the key is sent.
        paging: how its lists are cut into pages.
    """

    name: str
    entity: str
    title: str
    base_url: str
    path: str
    auth: str
    paging: str

    def check(self) -> None:
        """Refuse what can't be a CRM; the texts go into YAML and code as they are.

        Raises:
            ConfigError: names the first value that does not fit, and what was expected.
        """
        own = {file.removeprefix("crm_sync_").removesuffix(".py") for file in OWN_STUBS}
        is_word = keyword.iskeyword(self.name) or self.name in own
        checks = {
            "NAME": (
                self.name,
                _NAME,
                "2 to 30 lowercase letters and digits, a letter first, and no word of ours",
            ),
            "--entity": (self.entity, _ENTITY, "the plural in lowercase letters, digits and underscores"),
            "--title": (self.title, _TITLE, "up to 40 letters, digits, blanks and . & + -"),
            "--base-url": (self.base_url, _ADDRESS, "an address such as https://api.example.com"),
            "--path": (self.path, _PATH, "a path such as /v1/customers"),
        }
        for key, (value, pattern, expected) in checks.items():
            if not pattern.fullmatch(value) or (key == "NAME" and is_word):
                raise ConfigError("crm-sync new", key, expected, got=f"'{value}'")

    @property
    def slots(self) -> dict[str, Any]:
        """Give what the templates name."""
        return {
            **vars(self),
            "class_name": self.name.capitalize(),
            "entity_title": self.entity.replace("_", " ").capitalize(),
            "secrets": _SECRETS[self.auth],
        }
