"""A result to a short summary for people: counts, largest clusters, what repeats itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any

from dedup.report.figures import Figures, figures
from dedup.report.highlights import Headed, largest_clusters, most_repeating

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Column, Table

    from dedup.duplicates import Duplicates

_PLAIN_WIDTH = 100
_RELATIONS = (
    "exact",
    "version",
    "wrapped",
    "near",
    "excerpt",
    "shared",
    "roundup",
    "template",
    "boilerplate",
)
_SOURCES_SHOWN = 2
# The joiners shape Persian and emoji; every other format character can hide or reorder what is read.
_HARMLESS_FORMATS = "\u200c\u200d"


def harmless(text: str) -> str:
    """One line that a terminal shows as it is: white space folded, control and format characters replaced."""
    return "".join(_harmless(character) for character in " ".join(text.split()))


def _harmless(character: str) -> str:
    unsafe = unicodedata.category(character) in ("Cc", "Cf", "Cs") and character not in _HARMLESS_FORMATS
    return "\ufffd" if unsafe else character


def show(found: Duplicates, stream: IO[str]) -> None:
    """Write the summary: coloured and as wide as the terminal, or plain and 100 wide where there is none."""
    put([summary(found)], console(stream), stream)


def put(parts: Iterable[RenderableType], target: Console, stream: IO[str]) -> None:
    """Write what a console on a stream shows, an empty line between the parts, no space at a line's end."""
    with target.capture() as captured:
        for number, part in enumerate(parts):
            if number:
                target.print()
            target.print(part)
    # Written here, for rich would end the process on a closed pipe.
    stream.write("".join(line.rstrip() + "\n" for line in captured.get().splitlines()))
    stream.flush()


def console(stream: IO[str]) -> Console:
    """A rich console on a stream; it heeds NO_COLOR and the terminal's width."""
    from rich.console import Console

    width = None if stream.isatty() else _PLAIN_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def summary(found: Duplicates) -> RenderableType:
    """The summary of a result, for a rich console."""
    from rich.console import Group
    from rich.text import Text

    told = figures(found)
    parts: list[RenderableType] = [Text(harmless(line)) for line in _kills(found)]
    parts += [Text(line) for line in _totals(found, told)]
    for table in (_relations(told), _clusters(found), _repeats(found)):
        if table is not None:
            parts += [Text(), table]
    notes = [Text(harmless(line)) for line in _notes(found, told)]
    return Group(*parts, *([Text(), *notes] if notes else []))


def _kills(found: Duplicates) -> Iterator[str]:
    """What must be acted upon stands first."""
    for kill in found.tables["kills"].to_pylist() if "kills" in found.tables else ():
        name = " ".join(filter(None, (kill["article_id"], kill["version"])))
        done = "its text is deleted" if kill["archived"] else "it was not archived"
        cluster = f", it is out of cluster {kill['cluster_id']}" if kill["cluster_id"] else ""
        title = f" ({kill['title']})" if kill["title"] else ""
        yield f"{kill['status'].upper()}: {name}{title}: {done}{cluster}."


def _totals(found: Duplicates, told: Figures) -> Iterator[str]:
    known = found.run.get("counts", {}).get("articles_known")
    if known is None:
        yield f"{count(told.records, 'record')} read, {count(told.articles, 'article')} compared."
    else:  # how many an archive's night was held against says nothing of it
        yield f"{count(told.records, 'record')} read, {count(told.articles, 'new article')}, {known:,} known."
    stories = count(told.stories, "distinct story", "distinct stories")
    if not told.copies:
        yield f"{stories}, no copies."
        return
    copies = count(told.copies, "copy", "copies")
    share = f"{told.copy_share:.1%} of the articles"
    yield f"{stories}; {copies} of them ({share}) in {count(told.clusters, 'cluster')}."


def _relations(told: Figures) -> Table | None:
    from rich.table import Column

    names = [name for name in _RELATIONS if name in told.in_clusters or name in told.pairs]
    if not names:
        return None
    counts = (Column(header, justify="right") for header in ("Copies in clusters", "Pairs told"))
    table = _table(Column("Relation"), *counts)
    for name in names:
        _row(table, name, f"{told.in_clusters.get(name, 0):,}", f"{told.pairs.get(name, 0):,}")
    return table


def _clusters(found: Duplicates) -> Table | None:
    from rich.table import Column

    table = _table(
        Column("Articles", justify="right"), Column("Largest clusters", ratio=3), Column("Sources", ratio=2)
    )
    for cluster in largest_clusters(found):
        _row(table, f"{cluster.size:,}", _headline(cluster), _some(cluster.sources))
    return table if table.row_count else None


def _repeats(found: Duplicates) -> Table | None:
    from rich.table import Column

    table = _table(
        Column("Share", justify="right"),
        Column("Repeated"),
        Column("Articles that repeat themselves most", ratio=3),
        Column("Id", ratio=1),
    )
    for article in most_repeating(found):
        where = f"{count(article.blocks, 'block')} in {count(article.places, 'place')}"
        _row(table, f"{article.share:.0%}", where, _headline(article), article.article_id)
    return table if table.row_count else None


def _notes(found: Duplicates, told: Figures) -> Iterator[str]:
    yield from rejected(told)
    yield from capped(found.run)
    counts = found.run.get("counts", {})
    killed, embargoed = counts.get("articles_killed", 0), counts.get("articles_embargoed", 0)
    if killed or embargoed:
        yield f"{count(killed, 'article')} killed, {embargoed:,} under embargo: left out."
    if told.boilerplate:
        blocks = count(told.boilerplate, "block")
        yield f"Set aside: {blocks} of boilerplate, which unrelated articles share."
    moved = found.tables["changes"].num_rows if "changes" in found.tables else 0
    if moved:
        yield f"{count(moved, 'verdict')} of earlier runs moved; the changes table says which and why."
    yield from missing(found.run)


def rejected(told: Figures) -> Iterator[str]:
    """What is said of records that could not be read."""
    if told.rejects:
        yield f"{count(told.rejects, 'record')} could not be read; the rejects table says which and why."


def capped(run: Mapping[str, Any]) -> Iterator[str]:
    """What is said of the caps that a run met; `run`: what `run.json` holds."""
    caps = dict(run.get("caps", {}))
    if groups := caps.pop("split_groups", 0):
        yield f"Split, and left once few of their articles moved: {count(groups, 'large group')}."
    met = [f"{name.replace('_', ' ')} ({n:,})" for name, n in sorted(caps.items()) if n]
    if met:
        yield f"Over-full, their articles held to the shortest ones only: {', '.join(met)}."


def missing(run: Mapping[str, Any]) -> Iterator[str]:
    """What is said of the evidence that a run missed; `run`: what `run.json` holds."""
    for line in map(str, run.get("missing", ())):
        yield line[:1].upper() + line[1:].rstrip(".") + "."


def _headline(article: Headed) -> str:
    names = (article.title, article.opening, article.article_id)
    return next((name for name in names if name and any(map(str.isalnum, name))), article.article_id)


def _some(sources: Iterable[str | None]) -> str:
    named = [source or "unknown" for source in sources]
    more = len(named) - _SOURCES_SHOWN
    return ", ".join(named[:_SOURCES_SHOWN]) + (f" +{more}" if more > 0 else "")


def count(number: int, one: str, many: str = "") -> str:
    """A number and what it is of."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _table(*columns: Column) -> Table:
    """A table without lines, its cells on one line each; columns with a ratio share the room that is left."""
    from rich.table import Table

    for column in columns:
        column.no_wrap, column.overflow = True, "ellipsis"
    # Only a table told to expand heeds ratios; any other takes from every column what does not fit.
    expand = any(column.ratio for column in columns)
    return Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", expand=expand)


def _row(table: Table, *cells: str) -> None:
    from rich.text import Text

    table.add_row(*(Text(harmless(cell)) for cell in cells))
