"""The words `alerts` of source.yaml and defaults.yaml."""

from __future__ import annotations

import pytest

from crm_sync.config.loader import load_source
from crm_sync.exceptions import ConfigError
from tests.unit.config.loader_support import DEFAULTS, SOURCE, WriteConfigs

MAIL = """
  alerts:
    - notifier: airflow.providers.smtp.notifications.smtp.SmtpNotifier
      arguments: {to: data@example.com, subject: "{subject} {{ var.value.team }}", html_content: "{html}"}
"""


def test_alerts_of_defaults_are_for_all_crms_without_their_own(write_configs: WriteConfigs):
    shared = DEFAULTS.replace("\nentity:", f"{MAIL}entity:")
    (way,) = load_source(write_configs({"defaults.yaml": shared}), "demo").alerts
    assert (way.label, way.arguments["to"]) == ("SmtpNotifier", "data@example.com")
    own = SOURCE + "alerts: [{notifier: a.B, name: pager, only: [failed]}]\n"
    source = load_source(write_configs({"defaults.yaml": shared, "demo/source.yaml": own}), "demo")
    assert [way.label for way in source.alerts] == ["pager"]


def test_deadline_needs_somebody_to_tell(write_configs: WriteConfigs):
    late = SOURCE.replace('schedule: "@hourly"', 'schedule: "@hourly", deadline: 2h')
    told = f"{late}alerts: [{{notifier: a.B}}]\n"
    assert load_source(write_configs({"demo/source.yaml": told}), "demo").dag.deadline == 7200
    with pytest.raises(ConfigError, match=r"key 'dag\.deadline': expected alerts beside it"):
        load_source(write_configs({"demo/source.yaml": late}), "demo")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("[{notifier: Mail}]", "key 'alerts.0.notifier': expected text that matches "),
        (
            '[{notifier: a.B, arguments: {x: [{y: "{sentense}"}]}}]',
            "key 'alerts.arguments': expected slots out of subject, text, ",
        ),
        (
            "[{notifier: a.B}, {notifier: c.B}]",
            "key 'alerts.name': expected a name of its own for each of them, got 'B'",
        ),
        ("[{notifier: a.B, only: [fresh]}]", "key 'alerts.0.only.0': expected 'failed', 'abandoned', "),
    ],
)
def test_alerts_that_are_wrong_are_one_sentence(write_configs: WriteConfigs, words: str, said: str):
    with pytest.raises(ConfigError) as error:
        load_source(write_configs({"demo/source.yaml": f"{SOURCE}alerts: {words}\n"}), "demo")
    assert said in str(error.value)
