"""Tells OpenLineage from which fields of a CRM each column of a table comes.

Only its provider calls for this, and this module can be imported only where the provider is installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.providers.openlineage.extractors import OperatorLineage
from airflow.sdk import BaseHook
from openlineage.client.event_v2 import InputDataset, OutputDataset
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    documentation_dataset,
    output_statistics_output_dataset,
    schema_dataset,
)

from crm_sync.config.field_config import FieldConfig
from crm_sync.config.models import EntityConfig, SourceConfig
from crm_sync.fields.paths import source_paths
from crm_sync.fields.types import get_field_type

_POSTGRES_PORT = 5432


def build_fetch_lineage(entity: EntityConfig) -> OperatorLineage[Any, Any]:
    """Give what a fetch reads."""
    namespace, name = _name_source(entity)
    return OperatorLineage(inputs=[InputDataset(namespace=namespace, name=name, facets=_describe(entity))])


def build_save_lineage(
    source: SourceConfig, entity: EntityConfig, figures: Mapping[str, Any]
) -> OperatorLineage[Any, Any]:
    """Give what a save writes, column by column.

    Args:
        source: has the connection of the warehouse.
        entity: configuration, with settled labels.
        figures: of the run, as the asset event has them.
    """
    columns = [
        schema_dataset.SchemaDatasetFacetFields(
            name=column, type=get_field_type(field.type).pg_type, description=field.description or None
        )
        for column, field in entity.fields.items()
    ]
    origins = {column: _list_origins(entity, column, field) for column, field in entity.fields.items()}
    written = int(figures.get("created", 0)) + int(figures.get("updated", 0))
    warehouse = BaseHook.get_connection(source.warehouse_connection_id)
    namespace, name = _name_source(entity)
    output = OutputDataset(
        # OpenLineage's naming of PostgreSQL
        namespace=f"postgres://{warehouse.host}:{warehouse.port or _POSTGRES_PORT}",
        name=f"{warehouse.schema}.{entity.table}",
        facets={
            **_describe(entity),
            "schema": schema_dataset.SchemaDatasetFacet(fields=columns),
            "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(fields=origins),
        },
        outputFacets={
            "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
                rowCount=written
            )
        },
    )
    return OperatorLineage(inputs=[InputDataset(namespace=namespace, name=name)], outputs=[output])


def _list_origins(entity: EntityConfig, column: str, field: FieldConfig) -> column_lineage_dataset.Fields:
    """List the fields that a column is filled from; a masked one does not show their values."""
    change = column_lineage_dataset.Transformation(
        type="DIRECT",
        subtype="TRANSFORMATION" if field.mask else "IDENTITY",
        description=f"read as {field.type}",
        masking=field.mask is not None,
    )
    namespace, name = _name_source(entity)
    paths = source_paths(column, field.source)
    return column_lineage_dataset.Fields(
        inputFields=[column_lineage_dataset.InputField(namespace, name, path, [change]) for path in paths]
    )


def _name_source(entity: EntityConfig) -> tuple[str, str]:
    """Give namespace and name of what an entity is read from: an account of a CRM, whatever its address."""
    return f"crm_sync://{entity.crm_source}", entity.sync_type


def _describe(entity: EntityConfig) -> dict[str, Any]:
    text = entity.description or entity.title
    facet = documentation_dataset.DocumentationDatasetFacet(description=text) if text else None
    return {} if facet is None else {"documentation": facet}
