"""The limits of a CRM's account: those of its YAML, as its Airflow connection changes them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowException

from crm_sync.config.models import SourceConfig
from crm_sync.config.rest_config import RateLimit
from crm_sync.exceptions import ConfigError
from crm_sync.hooks.typed import read_extra
from crm_sync.rest.rate_limits import resolve_limits

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """Limits by endpoint class; `is_paced` is false where the connection switches them off."""

    by_class: Mapping[str, RateLimit]
    is_paced: bool = True


def read_limits(source: SourceConfig) -> Limits:
    """Give the limits that hold for the account; without its connection, those of the YAML."""
    if source.rest is None:
        return Limits({})
    try:
        extra = read_extra(BaseHook.get_connection(source.connection_id))
        is_paced = extra.get("rate_limits") not in (False, "false")
        return Limits(resolve_limits(source.rest, extra), is_paced)
    except AirflowException:
        # not every CRM that is shipped has an account here
        return Limits(source.rest.rate_limits)
    except ConfigError as error:
        log.warning("Limits of %s as its YAML has them: %s", source.crm_source, error)
        return Limits(source.rest.rate_limits)
