"""README says what is so: its examples give what they show, and all that it names exists."""

from __future__ import annotations

import dataclasses
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.main import get_command

from dedup.articles import USUAL_NAMES
from dedup.cli import app
from dedup.settings import Settings

REPO = Path(__file__).resolve().parent.parent
PAGE = re.sub(
    r"<!-- help -->.*<!-- /help -->", "", (REPO / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL
)
FENCE = re.compile(r"^```(\w+)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)
# A terminal's width and colour would change what is shown.
TERMINAL = ("COLUMNS", "FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS")


class Example(NamedTuple):
    """Python or one command line, and the output that README shows for it."""

    language: str
    code: str
    shown: str


def _fences(language: str) -> list[str]:
    return [code for name, code, _ in FENCE.findall(PAGE) if name == language]


def _examples() -> Iterator[Example]:
    """In README's order: later ones read what earlier ones wrote."""
    for language, code, output in FENCE.findall(PAGE):
        if language == "python":
            yield Example("python", code, output)
        elif language == "console":
            for part in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
                yield Example("console", *part.split("\n", 1))


EXAMPLES = list(_examples())


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[subprocess.CompletedProcess[str]]:
    """The examples, run one after another in a folder that holds `data`."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "data").symlink_to(REPO / "data")
    command = folder / "bin" / "dedup"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m dedup "$@"\n')
    command.chmod(0o755)
    environ = {name: value for name, value in os.environ.items() if name not in TERMINAL}
    environ |= {
        "NO_COLOR": "1",
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(REPO),
        "PYTHONUTF8": "1",
    }
    started_by = {"python": [sys.executable, "-c"], "console": ["bash", "-c"]}
    return [
        subprocess.run(
            [*started_by[example.language], example.code],
            cwd=folder,
            env=environ,
            stdout=subprocess.PIPE,
            check=False,
            encoding="utf-8",
        )
        for example in EXAMPLES
    ]


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=[e.code[:40] for e in EXAMPLES])
def test_an_example_prints_what_the_page_shows(
    number: int, runs: list[subprocess.CompletedProcess[str]]
) -> None:
    assert runs[number].stdout.rstrip() == EXAMPLES[number].shown.rstrip()
    assert runs[number].returncode == 0


def test_there_are_examples_of_both_kinds() -> None:
    assert {example.language for example in EXAMPLES} == {"python", "console"}


def test_every_make_target_named_exists() -> None:
    commands = " ".join([*_fences("sh"), *re.findall(r"`(make \w+)`", PAGE)])
    targets = re.findall(r"^(\w+):", (REPO / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = set(re.findall(r"make (\w+)", commands))
    assert {"demo", "test"} <= named <= set(targets)


def test_every_other_command_to_type_is_pip() -> None:
    lines = [line for code in _fences("sh") for line in code.splitlines() if not line.startswith("make ")]
    assert lines == ["pip install ."]


def test_every_option_named_exists() -> None:
    commands = get_command(app).commands.values()  # type: ignore[attr-defined]
    parameters = [parameter for command in commands for parameter in command.params]
    options = {flag for parameter in parameters for flag in [*parameter.opts, *parameter.secondary_opts]}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", PAGE))
    assert named
    assert named - options == set()


def test_the_settings_and_their_defaults_are_those_of_the_code() -> None:
    section = PAGE.partition("\n## Settings\n")[2].partition("\n## ")[0]
    told = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", section, re.MULTILINE))
    assert told == {name: str(default) for name, default in dataclasses.asdict(Settings()).items()}


def test_the_settings_file_shown_is_one() -> None:
    [toml] = _fences("toml")
    assert Settings(**tomllib.loads(toml)) != Settings()


def test_the_usual_names_of_fields_are_those_of_the_code() -> None:
    section = PAGE.partition("\n## Feeds\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)`(?: \(needed\))? \| ((?:`\w+` ?)+)\|", section, re.MULTILINE)
    assert {field: tuple(re.findall(r"\w+", names)) for field, names in rows} == USUAL_NAMES


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "benchmarks/README.md", "data/README.md"])
def test_every_file_a_page_links_to_exists(page: str) -> None:
    path = REPO / page
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_module_that_the_architecture_names_exists() -> None:
    page = (REPO / "ARCHITECTURE.md").read_text(encoding="utf-8")
    floors = page.partition("## The floors")[2].partition("\n## ")[0]
    named = {
        name for row in re.findall(r"^\| (`.*?`) \|", floors, re.MULTILINE) for name in row.split("`")[1::2]
    }
    modules = {path.stem for path in (REPO / "dedup").glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in (REPO / "dedup").glob("*/__init__.py")}
    assert named == modules | packages


def test_the_architecture_fits_a_page() -> None:
    assert len((REPO / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()) <= 80
