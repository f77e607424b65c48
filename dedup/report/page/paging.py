"""Pages of a report into files of a result folder: all of them, or none."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dedup.errors import OutputError
from dedup.report.folder import PAGE, PART

FIRST = "report.html"


def page_name(number: int) -> str:
    """What a page is called: the first one has no number."""
    return FIRST if number == 1 else f"report-{number}.html"


@dataclass
class Pages:
    """Pages that are written beside their places."""

    folder: Path
    written: dict[str, Path] = field(default_factory=dict)

    def put(self, number: int, page: str) -> None:
        """Write a page beside its place."""
        part = self.folder / f"{PART}{secrets.token_hex(4)}"
        self.written[page_name(number)] = part
        part.write_text(page, encoding="utf-8", newline="\n")


@contextmanager
def replacing_pages(folder: Path) -> Iterator[Pages]:
    """Give where pages are put; when the block ends well they take their places and older ones go.

    The first page comes last, for it links to the others. Raises `OutputError` where nothing can be written.
    """
    pages = Pages(folder)
    try:
        yield pages
        for name, part in sorted(pages.written.items(), key=lambda item: item[0] == FIRST):
            part.replace(folder / name)
        for old in folder.iterdir():
            if (PAGE.fullmatch(old.name) and old.name not in pages.written) or old.name.startswith(PART):
                old.unlink()
    except OSError as error:
        what = error.strerror or str(error)
        raise OutputError(
            f"{folder}: no report can be written: {what}; make room or rights for it"
        ) from error
    finally:
        for part in pages.written.values():
            part.unlink(missing_ok=True)
