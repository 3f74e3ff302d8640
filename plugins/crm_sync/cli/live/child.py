"""Starts a run in a process of its own, reads its news, and ends it without leaving anything open."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import crm_sync

_LAST_NEWS_S = 5
_PACKAGE_ROOT = Path(crm_sync.__file__).resolve().parents[1]
# without the current folder, in which any file could stand for a module
_PROGRAM = (
    "import sys; sys.path.append(sys.argv.pop(1)); "
    "from crm_sync.cli.live.dag_process import main; sys.exit(main(sys.argv[1:]))"
)


@dataclass
class ChildRun:
    """A DAG that runs in a process of its own.

    Args:
        process: it.
        reader: thread that reads its news until the process ends.
    """

    process: subprocess.Popen[bytes]
    reader: threading.Thread

    def wait_for_news(self) -> None:
        """Wait until all news are read, once it has ended."""
        self.reader.join(timeout=_LAST_NEWS_S)

    def stop(self) -> None:
        """End it by force: what it has not committed is rolled back by the warehouse.

        At SIGTERM, Airflow would stop the task at hand, and try it again.
        """
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running(
    stub: Path, conf: Mapping[str, Any], log: Path, take: Callable[[dict[str, Any]], None]
) -> Iterator[ChildRun]:
    """Run the DAG of a stub until the block ends.

    Args:
        stub: the DAG file.
        conf: of the run.
        log: file to which all that it prints is added.
        take: gets its news, in a thread.

    Raises:
        OSError: the log can't be written.
    """
    receiver, sender = os.pipe()
    try:
        with log.open("ab") as output:
            command = [sys.executable, "-P", "-c", _PROGRAM, str(_PACKAGE_ROOT)]
            process = subprocess.Popen(  # noqa: S603 - own command line
                [*command, str(sender), str(stub), json.dumps(conf)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                pass_fds=(sender,),
                # Ctrl-C reaches this process alone, which ends the other
                start_new_session=True,
            )
    except BaseException:
        os.close(receiver)
        raise
    finally:
        os.close(sender)
    reader = threading.Thread(target=_read, args=(receiver, take), daemon=True)
    reader.start()
    run = ChildRun(process, reader)
    try:
        yield run
    finally:
        run.stop()
        run.wait_for_news()
        if process.stdin is not None:
            process.stdin.close()


def _read(receiver: int, take: Callable[[dict[str, Any]], None]) -> None:
    with open(receiver, "rb") as lines:
        for line in lines:
            # of a process that was killed, the last line may lack its end
            with contextlib.suppress(ValueError):
                take(json.loads(line))
