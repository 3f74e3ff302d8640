"""What a SalesPro form's answers are, written a second time and not with the product's reader."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_NOTHING = ("", "-", "--", "n/a", "na", "n.a.")


def read_form(text: str | None, form: Mapping[str, Any], numbers: set[str]) -> dict[str, str | None]:
    """Give the keys that a record gets for the form in the YAML; `numbers` are those of number columns."""
    answers = _read_answers(text)
    found = {f"_{name}": _pick(answers, titles) for name, titles in form["columns"].items()}
    made = {key: _strip_dollar(value) if key in numbers else value for key, value in found.items()}
    for name, column in form["brackets"].items():
        value = found[f"_{column}"] or ""
        made[f"_{name}"] = value[1:].split("]")[0] if value.startswith("[") and "]" in value else None
    return made


def list_form_lines(text: str | None) -> Iterator[dict[str, str | None]]:
    """Give the keys of each line item of a form."""
    answers = _read_answers(text)
    lines = []
    for number in range(1, 7):
        kind, amount = answers.get(f"job type {number}"), answers.get(f"job type {number} amount")
        if kind or amount:
            lines.append((number, kind, amount))
    if not lines and answers.get("job type"):
        titles = ("Job Size", "Customers Final Price Commitment", "Last Price Offered")
        lines = [(1, answers["job type"], _pick(answers, titles))]
    for number, kind, amount in lines:
        yield {"_job_type_number": str(number), "_job_type": kind, "_job_type_amount": _strip_dollar(amount)}


def _read_answers(text: str | None) -> dict[str, str]:
    try:
        items = json.loads(text or "[]")
    except ValueError:
        return {}
    answers: dict[str, str] = {}
    for item in items:
        title = item["title"].replace("\\u0026", "&").lower()
        title = " ".join(title.split()).rstrip(" :-")
        value = item["value"].strip().removeprefix("- ").strip()
        if value.lower() not in _NOTHING:
            answers.setdefault(title, value)
    return answers


def _pick(answers: Mapping[str, str], titles: Any) -> str | None:
    for title in titles:
        if value := answers.get(" ".join(title.lower().split()).rstrip(" :-")):
            return value
    return None


def _strip_dollar(value: str | None) -> str | None:
    return value.replace("$", "", 1) if value else value
