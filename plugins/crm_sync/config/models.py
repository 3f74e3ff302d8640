"""Frozen models of the YAML configuration; reading files and merging layers is left to `config/loader.py`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from crm_sync.config.base import Bound, Identifier, Model, wrong_key
from crm_sync.config.durations import Seconds, parse_duration
from crm_sync.config.reads import FilesRead, HubSpotAssociationsRead, HubSpotObjectsRead
from crm_sync.config.rest_config import RestConfig
from crm_sync.config.rest_reads import RestListRead
from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.constants import BOOKKEEPING_COLUMNS, FieldType, Mask, OnError, RuleAction, SourceKind

DecimalMark = Literal[".", ","]


def _none_is_null(value: object) -> object:
    return OnError.NULL if value is None else value


class FieldConfig(Model):
    """One column of a target table and where its value comes from."""

    source: str | tuple[str, ...] | None = None
    """Dotted path inside the record; of several the first not null wins; None: same as the column."""
    type: FieldType = FieldType.STRING
    required: bool = False
    """A record without it is rejected."""
    on_error: Annotated[OnError, BeforeValidator(_none_is_null)] = OnError.NULL
    """What an unconvertible value does; a required field always rejects."""
    sensitive: bool = False
    """Its values never reach a log, an error text, history or rejected records in clear."""
    mask: Mask | None = None
    format: str | None = None
    """strptime format of a date or datetime column, where the source has one of its own.

    Of a json column: `text` where the source may send a plain text in place of an object or array.
    """
    decimal_mark: DecimalMark | None = None
    """What stands before the fraction of a number in this column's texts; None: as the entity says."""
    pivot_year: int | None = Field(default=None, ge=0, le=100)
    """Two-digit years (`%y`) below it are 20xx, the others 19xx; None: 69, as POSIX has it."""
    keep_when_missing: bool = False
    """A null leaves the stored value as it is: for what only some of the source's answers carry."""
    default: str | None = None
    """Constant for every record where `source` is null."""
    description: str = ""


class RuleConfig(Model):
    """One business rule: an SQL expression over the entity's columns that is true for a good record."""

    name: Identifier
    check: str = Field(min_length=1)
    """SQL expression; null counts as passed."""
    action: RuleAction = RuleAction.REJECT
    message: str = Field(min_length=1)
    field: Identifier | None = None
    """The column the message is about; None means the whole record."""


class DeletedConfig(Model):
    """How a record itself says that it is gone at the source."""

    column: Identifier
    """Boolean column that is true for a record that is gone, or any other column that only such a one has."""
    at: Identifier | None = None
    """Datetime column with the moment it went; None: the moment of the sync."""


class FlagConfig(Model):
    """A run flag that only this CRM has."""

    type: Literal["boolean", "integer", "text"]
    title: str
    help: str
    default: bool | int | str | None = None
    minimum: int = 0
    maximum: int | None = None


class DagConfig(Model):
    """What the DAG of a CRM is made with."""

    schedule: str | None = None
    start_date: date = date(2025, 1, 1)
    owner: str = "data"
    tags: tuple[str, ...] = ()
    retries: int = Field(default=2, ge=0)
    retry_delay_s: Seconds = 60
    execution_timeout_s: Seconds = 6 * 3600
    """Longest time of one task; 0: no limit."""
    pool: str = "default_pool"
    max_active_runs: int = Field(default=1, ge=1)
    max_active_tasks: int = Field(default=16, ge=1)
    description: str = ""


ReadConfig = Annotated[
    RestListRead | HubSpotObjectsRead | HubSpotAssociationsRead | FilesRead | SqlTableRead,
    Field(discriminator="strategy"),
]


class EntityConfig(Model):
    """One entity: where it is read, how it is keyed, and its columns."""

    crm_source: str = Field(pattern=r"^[a-z0-9]+$")
    sync_type: Identifier
    title: str = ""
    table_schema: Identifier
    read: ReadConfig
    primary_key: tuple[Identifier, ...] = Field(min_length=1)
    parent_key: tuple[Identifier, ...] = ()
    """Key columns of the parent whose whole set of records is replaced at once; mostly empty."""
    modified_column: Identifier | None = None
    """Datetime column that says which of two versions is newer; None: the entity has none."""
    older: Literal["keep", "take"] = "keep"
    """Which one counts where a record's modified time is older than its row's: the row, or the record."""
    deleted: DeletedConfig | None = None
    fields: dict[Identifier, FieldConfig] = Field(min_length=1)
    rules: tuple[RuleConfig, ...] = ()
    record_function: str | None = None
    """`module:function` called per record with a dict column -> value; slow, see docs/adding-an-entity.md."""
    extra: bool = True
    """Keep what no column took in the jsonb column `extra`."""
    after: tuple[Identifier, ...] = ()
    """Entities of the same CRM whose save must be over before this one is fetched."""
    page_size: int = Field(default=100, gt=0)
    max_page_size: Bound = 1000
    max_pages: Bound = 1_000_000
    safety_lag_s: Seconds = 60
    lookback_s: Seconds = 300
    reconcile_every: Annotated[int, BeforeValidator(parse_duration)] | Literal["never"] = 7 * 86400
    """Seconds after which a default run reads the whole source; `never` where the source reports deletes."""
    allow_empty: bool = False
    """An answer of zero records may sweep the table."""
    chunk_records: Bound = 50_000
    chunk_bytes: Bound = 128 * 2**20
    default_region: str = "US"
    source_time_zone: str = "UTC"
    decimal_mark: DecimalMark | None = None
    """The default of its fields; None: a point, and a text that could as well have thousands is no number."""
    readers: tuple[Identifier, ...] = ()
    """Roles that get SELECT on the schema and the table."""
    conformance: dict[Literal["skip"], dict[str, str]] = Field(default_factory=dict)

    @property
    def table(self) -> str:
        """Target table with its schema, for messages."""
        return f"{self.table_schema}.{self.sync_type}"

    @model_validator(mode="after")
    def _check_columns(self) -> Self:
        named: dict[str, tuple[str | None, ...]] = {
            "primary_key": self.primary_key,
            "parent_key": self.parent_key,
            "modified_column": (self.modified_column,),
        }
        if self.deleted:
            named["deleted"] = (self.deleted.column, self.deleted.at)
        if isinstance(self.read, RestListRead):
            named |= {key: (column,) for key, column in self.read.columns.items()}
        for key, columns in named.items():
            for column in columns:
                if column is not None and column not in self.fields:
                    raise wrong_key(key, "columns that fields has", column)
        for column in self.fields:
            if column in BOOKKEEPING_COLUMNS or column == "extra" or column.startswith("_"):
                raise wrong_key("fields", "names that the sync does not use itself", column)
        if self.sync_type.endswith("_sync"):
            raise wrong_key("sync_type", "the plural of the entity without _sync", self.sync_type)
        return self

    @model_validator(mode="after")
    def _check_event_cursor(self) -> Self:
        key = "read.event_cursor.column"
        column = self.read.columns.get(key) if isinstance(self.read, RestListRead) else None
        if column is not None and self.fields[column].type is not FieldType.DATETIME:
            raise wrong_key(key, "a column of type datetime", self.fields[column].type)
        return self


class SourceConfig(Model):
    """One CRM account: its connection, schedule and limits, and its entities in the order they are shown."""

    crm_source: str = Field(pattern=r"^[a-z0-9]+$")
    extends: str | None = None
    """crm_source whose source.yaml and entities this account inherits."""
    kind: SourceKind
    title: str = ""
    connection_id: str
    warehouse_connection_id: str = "crm_warehouse"
    table_schema: Identifier
    dag: DagConfig = DagConfig()
    rest: RestConfig | None = None
    flags: dict[Identifier, FlagConfig] = Field(default_factory=dict)
    """Run flags of this CRM beside the common ones."""
    defaults: dict[str, Any] = Field(default_factory=dict)
    """Keys that every entity of the CRM starts from."""
    entities: dict[str, EntityConfig] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_after(self) -> Self:
        for entity in self.entities.values():
            for other in entity.after:
                if other not in self.entities or other == entity.sync_type:
                    raise wrong_key(f"{entity.sync_type}.after", "names of other entities of this CRM", other)
        return self
