"""Frozen models of the YAML configuration; reading files and merging layers is left to `config/loader.py`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from crm_sync.config.durations import Seconds, parse_duration
from crm_sync.config.reads import FilesRead, HubSpotAssociationsRead, HubSpotObjectsRead
from crm_sync.config.rest_reads import RestListRead
from crm_sync.constants import BOOKKEEPING_COLUMNS, FieldType, Mask, OnError, RuleAction, SourceKind


def _wrong(key: str, expected: str, got: str) -> PydanticCustomError:
    """Say that a key does not fit the rest of its file; `config/validation.py` makes a sentence of it."""
    facts = {"key": key, "expected": expected, "got": got}
    return PydanticCustomError("key", "{key}: expected {expected}, got {got}", facts)


def _none_is_null(value: object) -> object:
    return OnError.NULL if value is None else value


Identifier = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")]
"""A PostgreSQL name that needs no quotes and fits 63 bytes."""


class Model(BaseModel):
    """Base of all configuration models: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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
    """strptime format of a date or datetime column, where the source has one of its own."""
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
    """Boolean column that is true for a record that is gone."""
    at: Identifier | None = None
    """Datetime column with the moment it went; None: the moment of the sync."""


class RateLimit(Model):
    """One limit: at most `requests` in any `per_s` seconds, and `per_day` where the vendor counts days."""

    requests: int = Field(gt=0)
    per_s: float = Field(gt=0)
    per_day: int | None = Field(default=None, gt=0)
    day_zone: str = "UTC"
    """Time zone whose midnight resets `per_day`."""


class RestConfig(Model):
    """What all entities of one REST CRM share."""

    client: str = "rest"
    """Name in `rest/registry`-style tables: which error classifier and header reader the vendor needs."""
    api_version: str = ""
    auth: Literal["bearer", "basic", "headers", "hubspot"] = "bearer"
    auth_headers: dict[str, str] = Field(default_factory=dict)
    """For `headers`: their values, with {login} and {password} of the connection."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Constant headers of every request."""
    extras: tuple[Identifier, ...] = ()
    """Connection extras that paths and parameters may use as placeholders."""
    rate_limits: dict[str, RateLimit] = Field(default_factory=dict)
    """Endpoint class to limit; the class `default` is used where a request names none."""
    reserve: float = Field(default=0.0, ge=0.0, lt=1.0)
    """Share of every limit left to the company's other tools."""
    max_wait_s: Seconds = 6 * 3600
    """Longest total wait for the budget in one entity; then the run ends as partial."""
    max_retries: int = Field(default=6, ge=0)
    connect_timeout_s: float = Field(default=10, gt=0)
    read_timeout_s: float = Field(default=60, gt=0)
    verify_path: str = ""
    """Cheap GET that proves the key, for `test_connection`."""


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
    pool: str = "default_pool"
    max_active_runs: int = Field(default=1, ge=1)
    max_active_tasks: int = Field(default=16, ge=1)
    description: str = ""


ReadConfig = Annotated[
    RestListRead | HubSpotObjectsRead | HubSpotAssociationsRead | FilesRead, Field(discriminator="strategy")
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
    max_page_size: int = Field(default=1000, gt=0)
    max_pages: int = Field(default=1_000_000, gt=0)
    safety_lag_s: Seconds = 60
    lookback_s: Seconds = 300
    reconcile_every: Annotated[int, BeforeValidator(parse_duration)] | Literal["never"] = 7 * 86400
    """Seconds after which a default run reads the whole source; `never` where the source reports deletes."""
    allow_empty: bool = False
    """An answer of zero records may sweep the table."""
    chunk_records: int = Field(default=50_000, gt=0)
    chunk_bytes: int = Field(default=128 * 2**20, gt=0)
    default_region: str = "US"
    source_time_zone: str = "UTC"
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
        if isinstance(self.read, RestListRead) and self.read.windows:
            named["read.windows.column"] = (self.read.windows.column,)
        for key, columns in named.items():
            for column in columns:
                if column is not None and column not in self.fields:
                    raise _wrong(key, "columns that fields has", column)
        for column in self.fields:
            if column in BOOKKEEPING_COLUMNS or column == "extra" or column.startswith("_"):
                raise _wrong("fields", "names that the sync does not use itself", column)
        if self.sync_type.endswith("_sync"):
            raise _wrong("sync_type", "the plural of the entity without _sync", self.sync_type)
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
                    raise _wrong(f"{entity.sync_type}.after", "names of other entities of this CRM", other)
        return self
