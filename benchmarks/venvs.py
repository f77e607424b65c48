"""A virtual environment for each competitor, made on demand from what its adapter says it needs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
VENVS = HERE / ".venvs"


class NotAvailableError(Exception):
    """The packages could not be had or built here; the message says why."""


def requirements(name: str) -> list[str]:
    """The pinned packages in the adapter's inline script metadata (PEP 723)."""
    source = (HERE / "competitors" / f"{name}.py").read_text(encoding="utf-8")
    block = re.search(r"^# /// script\n((?:#.*\n)+?)# ///$", source, re.MULTILINE)
    if block is None:
        raise ValueError(f"no script metadata in the adapter {name!r}")
    metadata = tomllib.loads(re.sub(r"^# ?", "", block[1], flags=re.MULTILINE))
    return list(map(str, metadata["dependencies"]))


def version(name: str) -> str:
    """The pinned version of the competitor itself."""
    return next(pin.partition("==")[2] for pin in requirements(name) if pin.startswith(f"{name}=="))


def python(name: str) -> Path:
    """The interpreter of the competitor's environment, made if it is absent or its pins have changed."""
    home = VENVS / name
    made_from = home / "requirements.txt"
    wanted = "\n".join(requirements(name))
    if not made_from.exists() or made_from.read_text(encoding="utf-8") != wanted:
        _call(sys.executable, "-m", "venv", "--clear", str(home))
        _call(str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", *requirements(name))
        made_from.write_text(wanted, encoding="utf-8")
    return home / "bin" / "python"


def _call(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stdout]
        raise NotAvailableError(told[0].strip())
