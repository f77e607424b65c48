"""A virtual environment for a script, made on demand from the packages it says it needs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

VENVS = Path(__file__).parent / ".venvs"


class NotAvailableError(Exception):
    """The packages could not be had or built here; the message says why."""


def requirements(script: Path) -> list[str]:
    """The pinned packages in the script's inline metadata (PEP 723)."""
    block = re.search(r"^# /// script\n((?:#.*\n)+?)# ///$", script.read_text(encoding="utf-8"), re.MULTILINE)
    if block is None:
        raise ValueError(f"no script metadata in {script.name!r}")
    metadata = tomllib.loads(re.sub(r"^# ?", "", block[1], flags=re.MULTILINE))
    return list(map(str, metadata["dependencies"]))


def version(script: Path) -> str:
    """The pinned version of the library that the script is named after."""
    pins = (pin.replace("-", "_").split("==") for pin in requirements(script))
    return next(number for name, number in pins if name == script.stem)


def python(script: Path) -> Path:
    """The interpreter of the script's environment, made if it is absent or its pins have changed."""
    home = VENVS / script.stem
    made_from = home / "requirements.txt"
    wanted = "\n".join(requirements(script))
    if not made_from.exists() or made_from.read_text(encoding="utf-8") != wanted:
        _call(sys.executable, "-m", "venv", "--clear", str(home))
        _call(str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", *requirements(script))
        made_from.write_text(wanted, encoding="utf-8")
    return home / "bin" / "python"


def _call(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stdout]
        raise NotAvailableError(told[0].strip())
