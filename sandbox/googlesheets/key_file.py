"""A service account's key file, made anew on each machine, so that no key is in the project."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sandbox.googlesheets.config import CLIENT_EMAIL


def make_key_file(path: Path, *, client_email: str = CLIENT_EMAIL) -> dict[str, str]:
    """Give the key file at a path, and write it first where there is none."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(json.dumps(build_key_file(client_email)), encoding="utf-8")
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return known


def build_key_file(client_email: str = CLIENT_EMAIL) -> dict[str, str]:
    """Make a key file with a fresh key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "type": "service_account",
        "project_id": "invented-project",
        "private_key_id": "0123456789abcdef0123456789abcdef01234567",
        "private_key": pem.decode(),
        "client_email": client_email,
        "client_id": "100000000000000000001",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        "universe_domain": "googleapis.com",
    }
