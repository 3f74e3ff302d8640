"""The command line of `sync` and `replay`: flags of every run, of one CRM, by old names; and wrong use."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_sync.cli import starting
from crm_sync.cli.main import main
from crm_sync.cli.starting import Start, find_stub
from crm_sync.config.flags import FLAGS, RENAMED
from tests.command_line import run_command

CHECKOUT = Path(__file__).resolve().parents[3]
_SCREEN = (80, 24)


@pytest.fixture(autouse=True)
def dags(monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(CHECKOUT / "dags"))


@pytest.fixture
def started(monkeypatch):
    """The runs that were asked for, checked and not started."""
    asked = []

    def run(self):
        from crm_sync.config.loader import load_source

        source = load_source(CHECKOUT / "dags" / "configs", self.crm_source)
        asked.append((self.crm_source, starting.check_conf(source, self.conf)))
        return 0

    monkeypatch.setattr(Start, "run", run)
    return asked


# the commands of the design guide, without their `manage.py`
GUIDE = {
    "sync hubspot contacts": {"entities": ["contacts"]},
    "sync hubspot contacts deals --full --debug": {
        "entities": ["contacts", "deals"], "full": True, "debug": True
    },
    "sync callrail calls --dry-run --debug": {"entities": ["calls"], "dry_run": True, "debug": True},
    "sync hubspot deals --debug --skip-validation": {
        "entities": ["deals"], "debug": True, "skip_validation": True
    },
    "sync hubspot contacts --batch-size=50 --max-records=1000": {
        "entities": ["contacts"], "batch_size": 50, "max_records": 1000
    },
    "sync hubspot deals --start-date=2025-01-01 --force": {
        "entities": ["deals"], "start_date": "2025-01-01", "force": True
    },
    "sync arrivy bookings --high-performance --concurrent-pages=4 --batch-size=100": {
        "entities": ["bookings"], "high_performance": True, "concurrent_pages": 4, "batch_size": 100
    },
    "sync arrivy tasks --task-status=active": {"entities": ["tasks"], "task_status": "active"},
    "sync hubspot --entities contacts,deals --end-date 2026-01-01": {
        "entities": ["contacts", "deals"], "end_date": "2026-01-01"
    },
    "sync hubspot --replay-rejected --replay-ids 17,18": {"replay_rejected": True, "replay_ids": [17, 18]},
    "replay hubspot contacts --rule required --id 17 --id 18 --dry-run": {
        "entities": ["contacts"], "replay_rejected": True, "replay_rule": "required", "replay_ids": [17, 18],
        "dry_run": True,
    },
    "replay hubspot": {"replay_rejected": True},
}  # fmt: skip


@pytest.mark.parametrize(("line", "conf"), GUIDE.items(), ids=GUIDE.keys())
def test_command_becomes_the_conf_of_its_dag(started, line, conf):
    result = run_command(*line.split())
    assert result.exit_code == 0, result.output
    assert started == [(line.split()[1], conf)]


def test_old_names_are_taken_with_a_warning_each(started):
    line = "sync hubspot contacts --since=2025-01-01 --force-overwrite --test --verbose"
    result = run_command(*line.split())
    assert started == [
        ("hubspot", {"entities": ["contacts"], "start_date": "2025-01-01", "force": True, "debug": True})
    ]
    assert result.stderr.splitlines() == [
        f"Flag '{old}' is an old name: use '{new}'." for old, new in RENAMED.items()
    ]


# of options that are not there click's versions say the same in different words, and name them
WRONG = {
    "crm": ("sync hupspot", "CRM 'hupspot' is unknown: expected one of arrivy,"),
    "entity": (
        "sync hubspot contact",
        "Flag 'entities' names 'contact': expected entities out of",
    ),
    "flag": ("sync hubspot --ful", "--ful"),
    "flag of another crm": ("sync hubspot --task-status x", "--task-status"),
    "pair": ("sync hubspot --full --start-date 2026-01-01", "Flags 'full' and 'start_date' were both given"),
    "bound": ("sync hubspot --batch-size 0", "0 is not in the range"),
    "date": ("sync hubspot --start-date yesterday", "Flag 'start_date' is 'yesterday': expected a date"),
    "part alone": ("sync hubspot --replay-rule required", "expected 'replay_rejected' beside it"),
    "ids": ("sync hubspot --replay-rejected --replay-ids 1,x", "'1,x' has to be whole numbers with commas"),
    "replay of everything": ("replay hubspot --full", "--full"),
}


@pytest.mark.parametrize(("line", "said"), WRONG.values(), ids=WRONG.keys())
def test_wrong_use_is_a_sentence_and_exits_with_2(line, said):
    result = run_command(*line.split())
    assert (result.exit_code, said in result.stderr) == (2, True), result.output
    assert result.stdout == ""


def test_every_flag_is_an_option():
    names = {name for option in main.commands["sync"].params for name in option.opts}
    assert {f"--{flag.name.replace('_', '-')}" for flag in FLAGS} <= names


@pytest.mark.parametrize("name", [None, *main.commands])
def test_help_fits_a_screen(name, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(_SCREEN[0]))
    result = run_command(*([] if name is None else [name]), "--help")
    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert len(lines) <= _SCREEN[1], result.output
    assert max(map(len, lines)) <= _SCREEN[0]


def test_help_names_the_exit_codes_and_the_flags_of_the_crm():
    assert "2 wrong use, 130 Ctrl-C" in " ".join(run_command("--help").output.split())
    assert "--concurrent-pages" in run_command("sync", "arrivy", "--help").output
    assert "--concurrent-pages" not in run_command("sync", "csv", "--help").output


def test_page_has_an_example_of_each_command():
    page = (CHECKOUT / "docs/command-line.md").read_text()
    assert [name for name in main.commands if f"`crm-sync {name}" not in page] == []


def test_stub_is_found_below_the_dag_folder_too(tmp_path, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(tmp_path))
    with pytest.raises(Exception, match=r"has no crm_sync_csv.py: `crm-sync init` writes it"):
        find_stub("csv")
    stub = tmp_path / "team" / "crm_sync_csv.py"
    stub.parent.mkdir()
    stub.write_text("")
    assert find_stub("csv") == stub


def test_log_that_can_not_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    result = run_command("sync", "csv", "--log", tmp_path / "file" / "log")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: The log {tmp_path / 'file' / 'log'} can't be written:")
