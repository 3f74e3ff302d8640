"""Fields whose values may stand in objects, with several readings of each; code: sources/rest/wrapped.py."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from crm_sync.config.base import Model, wrong_key


class WrappedFields(Model):
    """Fields that hold a value or an object with readings of it: as it was given, and as the source reads it.

    The field then holds the reading that counts, so that its column is the same either way. The object goes
    to `extra`, below `_wrapped`; of a masked or sensitive column nothing does. A list stands for its first
    item. An object without a reading, and the field of a column of type json, stay as they are.
    """

    at: str = ""
    """Path of the object that has these fields; empty: the record itself."""
    fields: tuple[str, ...] = ()
    """Those that may be wrapped; none named: any."""
    value: str = Field(min_length=1)
    """Key of the reading that counts, if there is one and it is valid."""
    valid: str = ""
    """Key of a flag: if it is false, `value` does not count; empty: the objects have none."""
    raw: str = ""
    """Key of the reading that counts otherwise; empty: there is one reading only."""

    @model_validator(mode="after")
    def _check_flag(self) -> Self:
        if self.valid and not self.raw:
            raise wrong_key("raw", "the reading that counts where 'valid' is false", "nothing")
        return self
