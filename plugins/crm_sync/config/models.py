"""Frozen models of the YAML configuration; reading files and merging layers is left to `config/loader.py`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from crm_sync.config.alert_words import AlertConfig, find_twin
from crm_sync.config.base import Bound, Identifier, Model, wrong_key
from crm_sync.config.connection_form import ConnectionForm
from crm_sync.config.dag_config import DagConfig, FlagConfig
from crm_sync.config.durations import Seconds, parse_duration
from crm_sync.config.field_config import DecimalMark, FieldConfig
from crm_sync.config.indexes import IndexColumns, find_index_fault
from crm_sync.config.reads import FilesRead
from crm_sync.config.record_words import DeletedConfig, RuleConfig
from crm_sync.config.refresh import RefreshConfig, find_misfit
from crm_sync.config.rest_config import RestConfig
from crm_sync.config.rest_files import RestFilesRead
from crm_sync.config.rest_grid import RestGridRead
from crm_sync.config.rest_ids import RestIdsRead
from crm_sync.config.rest_links import RestLinksRead
from crm_sync.config.rest_reads import RestListRead
from crm_sync.config.shapes import Digests, FormWords, list_made
from crm_sync.config.sql_reads import SqlTableRead
from crm_sync.constants import BOOKKEEPING_COLUMNS, FieldType, SourceKind

ReadConfig = Annotated[
    RestListRead | RestIdsRead | RestLinksRead | RestGridRead | RestFilesRead | FilesRead | SqlTableRead,
    Field(discriminator="strategy"),
]


class EntityConfig(Model):
    """One entity: where it is read, how it is keyed, and its columns."""

    crm_source: str = Field(pattern=r"^[a-z0-9]+$")
    """Name of the CRM, always the folder's."""
    sync_type: Identifier
    """Name of the entity and of its table, always the file's."""
    title: str = ""
    """Name for people; it becomes the table's comment in PostgreSQL."""
    description: str = ""
    """What one record is, in a sentence or two; shown in Airflow and in the docs."""
    enabled: bool = True
    """`false` switches the entity off: its file is checked, and no run knows it."""
    table_schema: Identifier
    """PostgreSQL schema of the table."""
    named: Identifier | None = Field(default=None, alias="table")
    """Name of the table in this schema, `people`; none: the entity's name. No two entities share a table."""
    read: ReadConfig
    """How the entity is read; `strategy` chooses the words below it."""
    primary_key: tuple[Identifier, ...] = Field(min_length=1)
    """Columns that together are unique and never null."""
    parent_key: tuple[Identifier, ...] = ()
    """For links: key columns of the parent whose rows are replaced as one set."""
    modified_column: Identifier | None = None
    """Datetime column that tells which of two versions is newer; none: whatever differs is written."""
    older: Literal["keep", "take"] = "keep"
    """What happens to a record that is older than its row: `keep` leaves the row, `take` overwrites it."""
    same_key: Literal["take", "reject"] = "take"
    """What happens to the later of two different records with one key in one read: `take` saves it, since a
    live source may have changed meanwhile; `reject` keeps it in rejected_records, for a key that is weak."""
    deleted: DeletedConfig | None = None
    """How a record says that it was deleted; none: only a read of the whole source finds deletions."""
    refresh: RefreshConfig | None = None
    """Columns that change without a new modified time; None: there are none."""
    fields: dict[Identifier, FieldConfig] = Field(min_length=1)
    """Columns of the table, by name."""
    indexes: tuple[IndexColumns, ...] = ()
    """Indexes of the table besides its key, each a column or a list of them: `[email, [owner_id, stage]]`."""
    rules: tuple[RuleConfig, ...] = ()
    """Business rules that every record is checked against."""
    record_function: str | None = None
    """`module:function`, called with each record as a dict of columns; slow, see docs/adding-an-entity.md."""
    digests: Digests = Field(default_factory=dict)
    """By name, the keys of a record whose texts make a SHA-256, joined by U+001F, null as an empty text; the
    record gets it under `_` and the name, for the key of a source that has none."""
    form: FormWords | None = None
    """A form in each record, whose answers fill columns or become records; none: there is none."""
    extra: bool = True
    """Whether the jsonb column `extra` keeps what no other column took."""
    after: tuple[Identifier, ...] = ()
    """Entities of the same CRM that must be saved before this one is fetched."""
    every: Annotated[Seconds, Field(gt=0)] | None = None
    """How often scheduled runs read the entity, `6h`; none: each of them. Every other run reads it anyway."""
    page_size: int = Field(default=100, gt=0)
    """Records asked for in one request, unless the run's flag `batch_size` says another number."""
    max_page_size: Bound = 1000
    """The most records that the vendor allows in one request; a larger `batch_size` is cut to it."""
    max_pages: Bound = 1_000_000
    """More pages than this in one read are an error, because a list may never end."""
    safety_lag_s: Seconds = 60
    """How far the end of a window stays behind the clock, for changes that the source shows late."""
    lookback_s: Seconds = 300
    """How far before the watermark a delta begins to read."""
    reconcile_every: Annotated[int, BeforeValidator(parse_duration)] | Literal["never"] = 7 * 86400
    """Span after which a run without flags reads the whole source to find what was deleted.

    `never` is for sources that report deletions themselves."""
    allow_empty: bool = False
    """Whether an answer of zero records may mark or delete all rows of the table."""
    chunk_records: Bound = 50_000
    """Most records in one staged chunk, the unit that is transformed and saved at a time."""
    chunk_bytes: Bound = 128 * 2**20
    """Most bytes in one staged chunk."""
    default_region: str = "US"
    """Country whose rules apply to telephone numbers without a country code."""
    source_time_zone: str = "UTC"
    """Time zone of the times that the source sends without one."""
    decimal_mark: DecimalMark | None = None
    """Mark before the fraction in numbers that are sent as texts.

    None: a point; a text that could also be read with thousands is refused."""
    null_texts: tuple[str, ...] = ()
    """Texts that stand for no value, such as an id of zeros: null in every column, without a finding."""
    error_texts: tuple[str, ...] = ()
    """Texts by which the source says that it could not work a value out (`#N/A`): null, with a finding."""
    readers: tuple[Identifier, ...] = ()
    """PostgreSQL roles that may select from the table."""
    conformance: dict[Literal["skip"], dict[str, str]] = Field(default_factory=dict)
    """Checks of the test suite that do not fit this entity, each with the reason; a sync ignores it."""

    @property
    def table_name(self) -> str:
        """Name of the target table in its schema."""
        return self.named or self.sync_type

    @property
    def table(self) -> str:
        """Target table with its schema, for messages and for the history."""
        return f"{self.table_schema}.{self.table_name}"

    @property
    def made(self) -> frozenset[str]:
        """Keys that a fetch adds to records: no source has them."""
        return list_made(self.digests, self.form)

    @property
    def needed(self) -> frozenset[str]:
        """Columns that a read can't do without: the source has to have fields for them."""
        deleted = {self.deleted.column} if self.deleted else set()
        # as in a file's header: without a required column each record would be rejected
        required = {name for name, one in self.fields.items() if one.required and one.default is None}
        modified = {self.modified_column} if self.modified_column else set()
        return frozenset({*self.primary_key, *modified, *deleted, *required})

    @model_validator(mode="after")
    def _check_columns(self) -> Self:
        named: dict[str, tuple[str | None, ...]] = {
            "primary_key": self.primary_key,
            "parent_key": self.parent_key,
            "modified_column": (self.modified_column,),
        }
        if self.deleted:
            named["deleted"] = (self.deleted.column, self.deleted.at)
        if self.refresh:
            named["refresh.columns"] = self.refresh.columns
        if isinstance(self.read, RestListRead | RestGridRead):
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
    def _check_indexes(self) -> Self:
        if (fault := find_index_fault(self.indexes, self.fields)) is not None:
            raise wrong_key("indexes", *fault)
        return self

    @model_validator(mode="after")
    def _check_labels(self) -> Self:
        discover = self.read.discover if isinstance(self.read, RestListRead | RestIdsRead) else None
        for name, field in self.fields.items():
            fault = field.find_label_fault()
            if field.labels and fault is None and (discover is None or not discover.label_path):
                expected = "source instead, since read.discover has no label_path to look it up by"
                fault = (expected, field.labels[0])
            if fault is not None:
                raise wrong_key(f"fields.{name}.label", *fault)
            if field.options and (not field.labels or discover is None or not discover.options_path):
                expected = "a label beside it, and options_path in read.discover"
                raise wrong_key(f"fields.{name}.options", expected, "true")
        return self

    @model_validator(mode="after")
    def _check_refresh(self) -> Self:
        if self.refresh is None:
            return self
        if (expected := find_misfit(self.read)) is not None:
            raise wrong_key("refresh", expected, self.read.strategy)
        gone = (self.deleted.column, self.deleted.at) if self.deleted else ()
        if own := {*self.primary_key, self.modified_column, *gone}.intersection(self.refresh.columns):
            expected = "columns beside the key, modified_column and those of deleted"
            raise wrong_key("refresh.columns", expected, str(min(own)))
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
    """Name of the CRM, always the folder's."""
    extends: str | None = None
    """Name of another CRM whose source.yaml and entities this account inherits."""
    kind: SourceKind
    """What the CRM is read through: a web API, an SQL database or files."""
    title: str = ""
    """Name for people, shown by Airflow and in messages."""
    connection_id: str
    """Airflow connection of the account."""
    warehouse_connection_id: str = "crm_warehouse"
    """Airflow connection of the PostgreSQL warehouse."""
    connection_form: ConnectionForm | None = None
    """Form of the connection in Airflow's UI, where crm_sync was installed from its wheel."""
    table_schema: Identifier
    """PostgreSQL schema of the tables of all entities."""
    dag: DagConfig = DagConfig()
    """How the DAG is scheduled and retried."""
    rest: RestConfig | None = None
    """How the web API is used; only for `kind: rest`."""
    alerts: tuple[AlertConfig, ...] = ()
    """Whom `crm_sync_health` tells when an entity needs a look, and when it does no longer; in defaults.yaml,
    it is for all CRMs that have no `alerts` of their own."""
    flags: dict[Identifier, FlagConfig] = Field(default_factory=dict)
    """Run flags that only this CRM has, by name."""
    defaults: dict[str, Any] = Field(default_factory=dict)
    """Words of an entity's YAML that all entities of this CRM start from."""
    entities: dict[str, EntityConfig] = Field(default_factory=dict)
    """Filled in from the other files of the folder; never a word of source.yaml itself."""

    @model_validator(mode="after")
    def _check_alerts(self) -> Self:
        if (twin := find_twin(self.alerts)) is not None:
            raise wrong_key("alerts.name", "a name of its own for each of them", twin)
        if self.dag.deadline is not None and not self.alerts:
            raise wrong_key("dag.deadline", "alerts beside it, since somebody has to be told", "none")
        return self

    @model_validator(mode="after")
    def _check_after(self) -> Self:
        for entity in self.entities.values():
            for other in entity.after:
                if other not in self.entities or other == entity.sync_type:
                    raise wrong_key(f"{entity.sync_type}.after", "names of other entities of this CRM", other)
        return self
