"""The house holds: what every file, module and generated text must be."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import docs

REPO = Path(__file__).resolve().parent.parent
SOURCES = sorted((REPO / "dedup").rglob("*.py"))
MODULES = [
    *SOURCES,
    *sorted((REPO / "tools").glob("*.py")),
    *sorted((REPO / "examples").glob("*.py")),
    *sorted((REPO / "benchmarks").glob("*.py")),
    *sorted((REPO / "benchmarks" / "competitors").glob("[a-z]*.py")),
]
MAX_LINES = 299

# Neither pattern matches itself, or this file would name what it looks for.
# In halves, so that this file does not name them either.
_HOSTS: tuple[tuple[bytes, bytes], ...] = (
    *((b"py", b"pi.org"), (b"python", b"hosted.org"), (b"npm", b"js.org"), (b"npm", b"js.com")),
    *((b"crates", b".io"), (b"go", b"lang.org"), (b"debian", b".org")),
)
REGISTRIES = re.compile(b"|".join(re.escape(first + rest) for first, rest in _HOSTS))
# A folder at the root of one machine's file system, not inside an address or a longer path. The slash comes
# before what looks back at it: what begins with a plain character is looked for 40 times as fast.
MACHINE_PATHS = re.compile(rb"/(?<![\w.~$})>*-]/)(?:work|root|home|Users|tmp|opt|mnt)\b")


def _ours(path: Path) -> str:
    return path.relative_to(REPO).as_posix()


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """Every file that is, or would be, committed."""
    if not (REPO / ".git").exists():
        pytest.skip("not a clone")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPO,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return [path for name in listed.split("\0") if name and (path := REPO / name).is_file()]


@pytest.mark.parametrize("pattern", [REGISTRIES, MACHINE_PATHS], ids=["registry", "machine path"])
def test_no_file_names_a_registry_or_a_path_of_one_machine(
    files: list[Path], pattern: re.Pattern[bytes]
) -> None:
    named = {_ours(path): found.group() for path in files if (found := pattern.search(path.read_bytes()))}
    assert named == {}


def test_the_patterns_find_what_they_look_for() -> None:
    folder = "/".join(("", "tmp", "feed.csv")).encode()
    assert MACHINE_PATHS.search(b"open('" + folder + b"')")
    assert MACHINE_PATHS.search(b"file://" + folder)
    assert not MACHINE_PATHS.search(b"https://example.org" + folder)
    assert REGISTRIES.search(".".join(("https://pypi", "org/simple")).encode())


@pytest.mark.parametrize("path", SOURCES, ids=_ours)
def test_a_source_file_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", MODULES, ids=_ours)
def test_a_module_opens_with_one_docstring(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    strings = [isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant) for s in body[:2]]
    assert strings[:1] == [True], "says nothing of what it is for"
    assert strings[1:] != [True], "says it twice"


def _public(
    tree: ast.Module | ast.ClassDef,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name[0] != "_":
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node)


def _is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    return any(ast.unparse(decorator).endswith("overload") for decorator in node.decorator_list)


@pytest.mark.parametrize("path", SOURCES, ids=_ours)
def test_a_public_function_says_what_it_does(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = [node.name for node in _public(tree) if not ast.get_docstring(node) and not _is_overload(node)]
    assert silent == []


@pytest.mark.parametrize("name", docs.PARTS)
def test_readme_says_what_the_code_says(name: str) -> None:
    page = docs.README.read_text(encoding="utf-8")
    assert docs.part(page, name) == docs.PARTS[name](), "run `make docs`"


def test_renewing_a_page_changes_only_the_generated_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "PARTS", {"help": lambda: "new"})
    page = "before\n<!-- help -->\nold\n<!-- /help -->\nafter\n"
    assert docs.renewed(page) == page.replace("old", "new")
    assert docs.renewed(docs.renewed(page)) == docs.renewed(page)


@pytest.mark.parametrize(
    "page", ["", "<!-- help -->", "<!-- /help --> <!-- help -->", "<!-- help --> <!-- /help -->" * 2]
)
def test_a_page_without_one_pair_of_markers_is_told(page: str) -> None:
    with pytest.raises(ValueError, match=r"<!-- help -->"):
        docs.part(page, "help")


def test_every_pinned_package_has_one_exact_version() -> None:
    pins = [p for p in (REPO / "constraints.txt").read_text(encoding="utf-8").splitlines() if p[:1] != "#"]
    assert all(re.fullmatch(r"[\w.-]+==[\w.+!]+", pin) for pin in pins)
    assert len({pin.split("==")[0].lower().replace("_", "-") for pin in pins}) == len(pins)
