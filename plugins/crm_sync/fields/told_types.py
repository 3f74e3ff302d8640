"""Column types by the words that CRMs and databases have for types; what a word means differs little."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crm_sync.constants import FieldType

_WORDS: Mapping[FieldType, str] = {
    FieldType.STRING: "string str char varchar nvarchar character charactervarying id guid uuid reference "
    "lookup enum enumeration picklist multipicklist combobox select radio status time "
    "timeofday encryptedstring",
    FieldType.TEXT: "text textarea longtext longtextarea richtext html clob memo",
    FieldType.EMAIL: "email emailaddress",
    FieldType.PHONE: "phone phonenumber telephone",
    FieldType.URL: "url uri link website",
    FieldType.INTEGER: "int int2 int4 int8 int16 int32 int64 integer smallint bigint long short serial byte",
    FieldType.NUMBER: "number numeric double doubleprecision float float4 float8 real percent percentage",
    FieldType.DECIMAL: "decimal currency money",
    FieldType.BOOLEAN: "bool boolean checkbox booleancheckbox",
    FieldType.DATE: "date",
    FieldType.DATETIME: "datetime timestamp timestamptz datetimeoffset",
    FieldType.JSON: "json jsonb object array list address location geolocation objectcoordinates",
}
_TYPES = {word: kind for kind, words in _WORDS.items() for word in words.split()}


def find_type(word: str, own: Mapping[str, FieldType]) -> FieldType | None:
    """Give the type of a column for a word.

    Args:
        word: as the account has it: `DATE_TIME`, `Edm.Int32`, `varchar(20)`.
        own: words that mean something else in this account.

    Returns:
        None: the word is unknown.
    """
    if word in own:
        return own[word]
    bare = re.sub(r"\(.*\)$", "", word.strip()).rpartition(".")[2]
    return _TYPES.get(re.sub(r"[^a-z0-9]", "", bare.lower()))
