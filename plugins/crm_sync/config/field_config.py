"""One column of a target table: where its value comes from, and what becomes of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from crm_sync.config.base import Model
from crm_sync.constants import FieldType, Mask, OnError
from crm_sync.untyped import Json

DecimalMark = Literal[".", ","]


def _none_is_null(value: object) -> object:
    return OnError.NULL if value is None else value


class FieldConfig(Model):
    """One column of a target table and where its value comes from."""

    source: str | tuple[str, ...] | None = None
    """Dotted path inside the record; of several, the first that is not null; none: the column's own name."""
    label: str | tuple[str, ...] | None = None
    """Instead of `source`, what people call the field in the CRM, where `read.discover` has a `label_path`.

    Case and spaces around or between words do not count. Of several, the first whose value is not null."""
    options: bool = False
    """Beside `label`: stores the label of the option that the value names, of a list (type `json`) a list; an
    option that the account does not know stays its id. Where `read.discover` has an `options_path`."""
    type: FieldType = FieldType.STRING
    """What values the column takes; docs/adding-an-entity.md has the notations and the PostgreSQL types."""
    required: bool = False
    """Whether a record without it is rejected."""
    on_error: Annotated[OnError, BeforeValidator(_none_is_null)] = OnError.NULL
    """What happens to a value that can't be converted: it becomes null, or its record is rejected.

    A required field always rejects."""
    sensitive: bool = False
    """Its values never appear in a log, an error text, the history or the rejected records."""
    mask: Mask | None = None
    """What is stored instead of the value: its SHA-256 digest, or nothing at all."""
    format: str | None = None
    """The strptime format of a date or datetime column whose source has a notation of its own.

    On a json column, `text` allows a plain text in place of an object or array.
    """
    decimal_mark: DecimalMark | None = None
    """Mark before the fraction in numbers that are sent as texts; none: the entity's."""
    pivot_year: int | None = Field(default=None, ge=0, le=100)
    """Two-digit years (`%y`) below it are 20xx, the others 19xx; none: 69, as in POSIX."""
    keep_when_missing: bool = False
    """Whether a null leaves the stored value alone; for values that only some of the answers carry."""
    compared: bool = True
    """`false`: a record that differs from its row in nothing else has not changed, and is not written."""
    default: str | None = None
    """Constant that is stored where `source` is null."""
    description: str = ""
    """What the column means, for the docs and for the column's comment in PostgreSQL."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Give the labels in the order they are tried; none where `source` names the fields."""
        return (self.label,) if isinstance(self.label, str) else self.label or ()

    @property
    def is_settled(self) -> bool:
        """Tell whether `source` names fields; a label has to be looked up in the account first."""
        return self.label is None or self.source != _unsettled(self.label)

    @model_validator(mode="before")
    @classmethod
    def _set_source(cls, values: Json) -> Json:
        label = values.get("label") if isinstance(values, dict) else None
        # the same model may be read again from what it says of itself
        if label is None or (values.get("source") or _unsettled(label)) != _unsettled(label):
            return values
        return {**values, "source": _unsettled(label)}

    def find_label_fault(self) -> tuple[str, str] | None:
        """Say what was expected instead of its label, and what there is; None: nothing is wrong."""
        if self.label is None:
            return None
        if not self.labels or not all(label.strip() for label in self.labels):
            return "what the CRM calls a field", "nothing"
        if self.is_settled:
            return "either source or label", "both"
        if self.sensitive or self.mask is not None:
            # a label may move to another field, and the one that it leaves goes to extra as it is
            return "source instead, since the column is masked or sensitive", self.labels[0]
        return None


def _unsettled(label: object) -> str:
    """Give a path that no record has: with `_` begins what a read adds itself, and that has no blank."""
    labels = label if isinstance(label, list | tuple) else (label,)
    return "_label " + " | ".join(str(one) for one in labels).replace(".", "\\.")
