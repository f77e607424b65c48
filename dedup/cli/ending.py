"""How a run ends and what it writes to: exit codes, signals, standard streams."""

from __future__ import annotations

import gc
import io
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO, cast

import typer

if TYPE_CHECKING:
    from importlib.abc import MetaPathFinder

_WRONG_USAGE, _INTERRUPTED = 2, 130
_as_json = False  # how messages are written: see `logging_as`
_OBJECTS = 100_000  # new ones that may be cycles, before they are looked at; Python's own are 700


class _Hidden:
    """A finder that hides packages nobody here uses: Arrow and numba import them if they can, for 0.5 s.

    datasketch does use scipy; it is imported by the very first run.
    """

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        if name in ("pandas", "coverage") or (name == "scipy" and "datasketch" not in sys.modules):
            raise ModuleNotFoundError(name)


@contextmanager
def lean_imports() -> Iterator[None]:
    """Import no package that a run from the command line has no use for.

    What is imported stays, and most of what follows are arrays: looking for cycles in it takes 0.2 s.
    """
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # those of numpy wait busily for work we have not
    hidden = _Hidden()
    sys.meta_path.insert(0, cast("MetaPathFinder", hidden))
    try:
        yield
    finally:
        sys.meta_path.remove(cast("MetaPathFinder", hidden))
        gc.set_threshold(*before)


@contextmanager
def exit_codes() -> Iterator[None]:
    """End with 1 on a known error, 3 on too many rejects, 130 when interrupted, each told in one line.

    0, for done, and 2, for wrong usage, are typer's own. Any other error shows its traceback.
    """
    from dedup.errors import DedupError

    # What ends a process at once becomes an interrupt, so that it cleans up; what nohup ignores stays so.
    ends = [n for n in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) is signal.SIG_DFL]
    for number in ends:
        signal.signal(number, signal.default_int_handler)
    try:
        with _logged():
            yield
    except DedupError as error:
        say(str(error), "error")
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt as error:
        say("interrupted", "error")
        raise typer.Exit(_INTERRUPTED) from error
    except EOFError as error:
        raise RuntimeError("unexpected end of a file") from error  # typer would hide it as a Ctrl-D
    finally:
        for number in ends:
            signal.signal(number, signal.SIG_DFL)


class _Said(logging.Handler):
    """Tells what the library warns of as everything else is told."""

    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage(), record.levelname.lower())


@contextmanager
def _logged() -> Iterator[None]:
    ours, said = logging.getLogger("dedup"), _Said(logging.WARNING)
    ours.addHandler(said)
    try:
        yield
    finally:
        ours.removeHandler(said)


def say(message: str, level: str = "info") -> None:
    """Tell people something, in one line on stderr; `level`: info, warning or error."""
    from dedup.report.terminal import harmless

    with standard(sys.stderr) as stderr:
        if _as_json:
            time = datetime.now(UTC).isoformat(timespec="milliseconds")
            told = {"time": time, "level": level, "message": message}
            stderr.write(json.dumps(told) + "\n")
        else:
            stderr.write(f"dedup: {harmless(message)}\n")


@contextmanager
def logging_as(log_format: str) -> Iterator[None]:
    """Messages meanwhile are text, or one JSON object a line; wrong usage is one too."""
    global _as_json  # noqa: PLW0603 - a process has one stderr
    _as_json = log_format == "json"
    try:
        yield
    except typer.BadParameter as error:
        if not _as_json:
            raise
        say(error.message, "error")
        raise typer.Exit(_WRONG_USAGE) from error
    finally:
        _as_json = False


def logs_json() -> bool:
    """Whether messages are JSON, so that nothing else may stand between them."""
    return _as_json


def check_stdout(mend: str = "open it") -> None:
    """Refuse, with `OutputError`, a stdout that was closed from the start."""
    from dedup.errors import OutputError

    if sys.stdout is None:
        raise OutputError(f"stdout is closed; {mend}")


@contextmanager
def standard(stream: TextIO | None) -> Iterator[TextIO]:
    """A standard stream to write to. That its reader has closed it is no failure: the rest still runs."""
    from dedup.errors import OutputError

    if stream is None:  # so Python has it where it was closed from the start
        yield io.StringIO()
        return
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    try:
        yield stream
        stream.flush()
    except OSError as error:
        # What is still buffered must go somewhere, or the interpreter fails on it as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(error, BrokenPipeError):
            raise OutputError(f"{stream.name}: {error.strerror}; write to another place") from error
