"""A run in a process of its own: its news and its end, whatever that is; the process here is a stand-in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from crm_sync.cli.live import child, end, here
from crm_sync.cli.live.board import Board
from crm_sync.cli.live.dag_process import NewsPipe
from crm_sync.cli.live.here import run_here

SOURCE = SimpleNamespace(crm_source="csv")
_BEGIN = '{"kind": "begin", "entity": "zip_codes", "stage": "fetch", "run_id": "r1"}'
_END = '{"kind": "end", "entity": "zip_codes", "status": "success", "created": 3}'
_RUN = '{"kind": "run", "run_id": "r1", "state": "%s"}'


@pytest.fixture
def ended(monkeypatch):
    """What was asked to be closed."""
    asked = []

    def end_run(source, run_id, reason):
        asked.append((source.crm_source, run_id, reason))
        return ["One row is left."]

    monkeypatch.setattr(end, "end_run", end_run)
    monkeypatch.setattr("crm_sync.cli.sources.prepare_airflow", lambda: None)
    return asked


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Runs a stand-in of the process that tells some news and then does what `then` says."""

    def start(*news, then=""):
        lines = "".join(f"os.write(fd, {line.encode() + bytes([10])!r}); " for line in news)
        program = f"import os, sys, signal, time; fd = int(sys.argv[2]); {lines}{then or 'pass'}"
        monkeypatch.setattr(child, "_PROGRAM", program)
        board = Board(["zip_codes"])
        log = tmp_path / "log"
        return run_here(SOURCE, Path("stub.py"), {}, board, log, is_quiet=False), log

    return start


def test_news_reach_the_board_and_output_the_log(run, ended, capsys):
    outcome, log = run(_BEGIN, _END, _RUN % "success", then="print('all of it')")
    assert (outcome.exit_code, outcome.words, ended) == (0, (), [])
    assert outcome.board.lines["zip_codes"].counts == {"created": 3}
    assert log.read_text() == "all of it\n"
    assert "all of it" not in capsys.readouterr().out


def test_run_that_failed_exits_with_1(run, ended):
    outcome, _ = run(_BEGIN, _RUN % "failed")
    assert (outcome.exit_code, outcome.words, ended) == (1, (), [])


def test_fault_is_the_sentence(run, ended):
    outcome, _ = run('{"kind": "fault", "text": "no database"}', then="sys.exit(1)")
    assert (outcome.exit_code, outcome.words, ended) == (1, ("no database",), [])


@pytest.mark.parametrize(
    ("then", "how"),
    [
        ("print('last words', flush=True); os.kill(os.getpid(), signal.SIGKILL)", "was ended by signal 9"),
        ("print('last words', flush=True); os._exit(3)", "ended with code 3"),
    ],
    ids=["killed", "crashed"],
)
def test_process_without_an_end_is_said_and_its_rows_are_closed(run, ended, then, how):
    outcome, _ = run(_BEGIN, then=then)
    said = f"The process of the run {how}. Its last line: last words"
    assert (outcome.exit_code, outcome.words) == (1, (said, "One row is left."))
    assert ended == [("csv", "r1", f"its process {how}")]


def test_process_that_dies_before_its_run_has_no_rows(run, ended):
    outcome, _ = run('{"kind": "beg', then="os._exit(3)")
    assert outcome.words == ("The process of the run ended with code 3. Its last line: nothing.",)
    assert ended == []


@pytest.mark.parametrize(
    ("number", "code", "reason"),
    [
        (signal.SIGINT, 130, "stopped with Ctrl-C"),
        (signal.SIGTERM, 143, "stopped by signal 15"),
        (signal.SIGHUP, 129, "stopped by signal 1"),
    ],
)
def test_signal_ends_the_process_and_closes_the_rows(run, ended, number, code, reason):
    before = signal.getsignal(number)
    # twice: the second one must not keep the first from its work
    then = f"[os.kill(os.getppid(), {int(number)}) or time.sleep(0.05) for _ in 'ab']; time.sleep(60)"
    outcome, _ = run(_BEGIN, then=then)
    assert outcome.exit_code == code
    assert outcome.words == (f"The run was {reason}; what was saved stays.", "One row is left.")
    assert ended == [("csv", "r1", reason)]
    assert signal.getsignal(number) == before


def test_log_that_can_not_be_opened_starts_nothing(monkeypatch, tmp_path):
    with pytest.raises(IsADirectoryError):
        run_here(SOURCE, Path("stub.py"), {}, Board(["zip_codes"]), tmp_path, is_quiet=True)


def test_process_ends_with_the_one_that_shows_it():
    program = (
        "import threading, time; from crm_sync.cli.live import dag_process; "
        "threading.Thread(target=dag_process._end_with_parent, daemon=True).start(); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) as process:
        process.stdin.close()
        assert process.wait(timeout=30) == 1


def test_progress_is_sent_a_few_times_a_second_but_first_and_last_always(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    receiver, sender = os.pipe()
    pipe = NewsPipe(sender)
    for at, done in ((0.0, 0), (0.01, 10), (0.3, 20), (0.31, 30), (0.32, 100)):
        now[0] = at
        pipe.send({"kind": "progress", "done": done, "total": 100})
    os.close(sender)
    with Path(f"/proc/self/fd/{receiver}").open("rb") as lines:
        sent = [line.split(b'"done": ')[1].split(b",")[0] for line in lines]
    os.close(receiver)
    assert sent == [b"0", b"20", b"100"]


def test_reader_that_is_gone_does_no_harm():
    receiver, sender = os.pipe()
    os.close(receiver)
    pipe = NewsPipe(sender)
    pipe.send({"kind": "note", "text": "x"})
    pipe.send({"kind": "note", "text": "y"})
    os.close(sender)


def test_threads_of_the_reader_end(run, ended):
    before = threading.active_count()
    run(_BEGIN, _RUN % "success")
    assert threading.active_count() == before
    assert here._STEP_S < 1
