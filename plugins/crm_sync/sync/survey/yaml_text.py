"""A survey as YAML: entries to paste below `fields:`, and everything else as comments."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from crm_sync.sync.survey.entity_survey import NewField, Survey

_MOST_CHARS = 80


def write_yaml(survey: Survey) -> str:
    """Write a survey; each entry is one line, indented as below `fields:`."""
    lines = [f"# {line}" for line in _describe(survey)]
    lines += (_write_entry(field) for field in survey.fields)
    lines += (
        f"# {column} is in the YAML and {_lack(survey)} {_show(source)}."
        for column, source in survey.missing.items()
    )
    return "".join(f"{line}\n" for line in lines)


def _describe(survey: Survey) -> Iterator[str]:
    name = f"{survey.crm_source}.{survey.entity}"
    how = "" if survey.sampled is None else f", guessed from {survey.sampled:,} record(s)"
    if survey.sampled == 0 and not survey.is_asked:
        yield f"{name}: the account lists no fields, and no record came to guess from."
    elif survey.fields:
        where = f"below `fields:` of {survey.crm_source}/{survey.entity}.yaml"
        yield f"{name}: {len(survey.fields):,} field(s) without a column{how}. Paste what you want {where}."
    else:
        far = "" if survey.sampled is None else f", as far as {survey.sampled:,} record(s) show"
        yield f"{name}: every field has a column{far}."
    yield from map(_show, survey.notes)


def _write_entry(field: NewField) -> str:
    source = {} if field.source == field.name else {"source": field.source}
    entry = yaml.safe_dump(
        {field.name: {**source, "type": str(field.type)}},
        default_flow_style=None, sort_keys=False, allow_unicode=True, width=10**6,
    )  # fmt: skip
    said = "; ".join(_remark(field))
    return f"  {entry.strip()}" + (f"  # {said}" if said else "")


def _remark(field: NewField) -> Iterator[str]:
    if field.label and field.label != field.source:
        yield _show(field.label)
    if field.told:
        yield f"{_show(field.told)} in the account"
    if field.is_guessed:
        yield "guessed" if field.has_values else "no value to guess from"
    if field.is_stale:
        yield "changes without a new modified time: name it in `refresh` as well"
    if field.looks_personal:
        yield "personal? `sensitive: true` keeps it out of logs, `mask` out of the table"


def _lack(survey: Survey) -> str:
    return "the account lacks" if survey.is_asked else f"none of {survey.sampled:,} record(s) has"


def _show(text: str) -> str:
    """Give a text of the account on one line: a line break in it must not end the comment."""
    plain = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return plain if len(plain) <= _MOST_CHARS else f"{plain[:_MOST_CHARS]}…"
