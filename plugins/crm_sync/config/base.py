"""What all configuration models share."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

Identifier = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")]
"""A PostgreSQL name that needs no quotes and fits 63 bytes."""

NO_BOUND = 2**62
"""What a bound of 0 becomes: more than anything has, so that nobody who compares needs a case of its own."""

Bound = Annotated[int, Field(ge=0), AfterValidator(lambda value: value or NO_BOUND)]
"""A greatest number; 0: none."""


class Model(BaseModel):
    """Base of all configuration models: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    @classmethod
    def name_words(cls) -> dict[str, str]:
        """Give the words of the YAML, each with the name of its field."""
        return {info.alias or name: name for name, info in cls.model_fields.items()}


def wrong_key(key: str, expected: str, got: str) -> PydanticCustomError:
    """Say that a key does not fit the rest of its file; `config/validation.py` makes a sentence of it."""
    facts = {"key": key, "expected": expected, "got": got}
    return PydanticCustomError("key", "{key}: expected {expected}, got {got}", facts)
