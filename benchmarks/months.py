"""Holds the nights of an archive to runs on all at once, over years of real releases.

    python benchmarks/months.py [--feed FEED] [--window 60d] [--most 100] [--write]

Each month's releases are one night, in the order of their dates. With learning off, a night must leave the
archive with the very clusters, leads, origins, relations and figures that a run finds on all articles in the
window. With learning on they may differ, for a run learns boilerplate from the window alone and an archive
from all that came before: told is in how many articles. Either way the night's changes must be all that moved
of the articles archived before, and nothing else. Ends with 1 where a night differs. `--write` puts the sums
into benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if not __package__:  # run as a file: its siblings are found from the folder above
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import unpacked
from benchmarks.measure import conditions
from benchmarks.shared import DATA
from benchmarks.tables import markdown, write_into_readme

if TYPE_CHECKING:
    import pyarrow as pa

    from dedup.settings import Settings

Article = Mapping[str, Any]
Key = tuple[str, str | None]
LEARNING = {"off": 0, "on": 5}  # groups that make a block boilerplate; 0: nothing is learnt
HEADER = (
    "month",
    "learning",
    "articles",
    "in the window",
    "in clusters",
    "differ",
    "changes",
    "wrong changes",
)
SUMS = ("learning", "nights", "articles", "in clusters", "articles that differ", "changes", "wrong changes")
_TOLD = ("relation", "similarity", "in_lead", "of_lead", "origin_basis", "credit", "cluster_size")


class Month(NamedTuple):
    """The articles of a month, and the first moment after it."""

    name: str
    articles: Sequence[Article]
    end: datetime


@dataclass(frozen=True)
class Night:
    """One row of the table.

    `differ`: articles of which archive and run tell other things; `wrong`: changes that are not told, or did
    not happen.
    """

    month: str
    learning: str
    articles: int
    in_window: int
    in_clusters: int
    differ: int
    changes: int
    wrong: int

    @property
    def cells(self) -> list[str]:
        """Its row."""
        figures = self.articles, self.in_window, self.in_clusters, self.differ, self.changes, self.wrong
        return [self.month, self.learning, *(f"{figure:,}" for figure in figures)]

    @property
    def holds(self) -> bool:
        """Whether it is as it must be."""
        return not self.wrong and (self.learning == "on" or not self.differ)


def months(feed: Path) -> list[Month]:
    """The dated articles of a feed by the month of their publication, in order."""
    by_name: defaultdict[str, list[Article]] = defaultdict(list)
    with feed.open(encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            if article.get("published"):
                by_name[f"{_time(article):%Y-%m}"].append(article)
    return [Month(name, by_name[name], _end(name)) for name in sorted(by_name)]


def _time(article: Article) -> datetime:
    time = datetime.fromisoformat(article["published"])
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _end(month: str) -> datetime:
    first = datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
    return (first + timedelta(days=31)).replace(day=1)


@dataclass(frozen=True)
class Verdicts:
    """What a table of clusters says: of each article its cluster, lead, origin and relation, and its figures.

    `clusters`: as sets of articles, for their names need not agree.
    """

    named: Mapping[Key, Mapping[str, str | None]]
    figures: Mapping[Key, tuple[object, ...]]
    clusters: frozenset[frozenset[Key]]

    @classmethod
    def of(cls, table: pa.Table) -> Verdicts:
        """Read a table of clusters."""
        rows = [{**row, "key": (row["article_id"], row["version"])} for row in table.to_pylist()]
        lead = {row["cluster_id"]: _name(row["key"]) for row in rows if row["is_lead"]}
        origin = {row["cluster_id"]: _name(row["key"]) for row in rows if row["is_origin"]}
        members: defaultdict[str, set[Key]] = defaultdict(set)
        named, figures = {}, {}
        for row in rows:
            cluster, key = row["cluster_id"], row["key"]
            members[cluster].add(key)
            named[key] = {
                "cluster_id": cluster,
                "lead": lead[cluster],
                "origin": origin[cluster],
                "relation": row["relation"],
            }
            figures[key] = (lead[cluster], origin[cluster], *(row[name] for name in _TOLD))
        return cls(named, figures, frozenset(map(frozenset, members.values())))

    def differ(self, other: Verdicts) -> int:
        """Of how many articles other things are told, or another set of members."""
        ours, theirs = self._with_members(), other._with_members()
        return sum(ours.get(key) != theirs.get(key) for key in ours.keys() | theirs.keys())

    def _with_members(self) -> dict[Key, tuple[object, ...]]:
        return {key: (cluster, *self.figures[key]) for cluster in self.clusters for key in cluster}


def _name(key: Key) -> str:
    return " ".join(filter(None, key))


Change = tuple[Key, str, str | None, str | None]


def moved(before: Verdicts, after: Verdicts, new: set[Key]) -> set[Change]:
    """What moved of the articles that are not new: of each what, from what, to what."""
    changes = set()
    for key in (before.named.keys() | after.named.keys()) - new:
        was, now = before.named.get(key, {}), after.named.get(key, {})
        for what in was.keys() | now.keys():
            if was.get(what) != now.get(what):
                changes.add((key, what, was.get(what), now.get(what)))
    return changes


def told_changes(table: pa.Table) -> set[Change]:
    """The rows of a table of changes."""
    return {
        ((row["article_id"], row["version"]), row["what"], row["old"], row["new"])
        for row in table.to_pylist()
    }


def nights(some: Sequence[Month], window: timedelta, learning: str, archive: Path) -> Iterator[Night]:
    """Each month as a night of an archive, held to a run on the articles in the window."""
    from dedup import Settings, find_duplicates
    from dedup.archive import Archive

    settings: Settings = Settings(boilerplate=LEARNING[learning])
    with Archive.open(archive, settings) as opened:
        before, archived = Verdicts.of(opened.export()), list[Article]()
        for month in some:
            known = {article["id"] for article in archived}
            archived += month.articles
            found = opened.add(month.articles, window=window, as_of=month.end, run_id=month.name)
            after = Verdicts.of(opened.export())
            in_window = [article for article in archived if _time(article) >= month.end - window]
            whole = find_duplicates(in_window, settings=settings, as_of=month.end)
            # An id that was known names versions old and new: what the archive says is new decides then.
            new = {key for key in after.named if key[0] not in known} | _new(found.tables["clusters"])
            changes = told_changes(found.tables["changes"])
            yield Night(
                month.name,
                learning,
                len(month.articles),
                len(in_window),
                len(after.named),
                after.differ(Verdicts.of(whole.tables["clusters"])),
                len(changes),
                len(changes ^ moved(before, after, new)),
            )
            before = after


def _new(clusters: pa.Table) -> set[Key]:
    rows = clusters.select(["article_id", "version", "is_new"]).to_pylist()
    return {(row["article_id"], row["version"]) for row in rows if row["is_new"]}


def sums(rows: Sequence[Night]) -> str:
    """What all nights come to, with learning off and on."""
    cells = []
    for learning in LEARNING:
        some = [row for row in rows if row.learning == learning]
        figures = (
            *(len(some), sum(row.articles for row in some), sum(row.in_clusters for row in some)),
            *(sum(row.differ for row in some), sum(row.changes for row in some)),
            sum(row.wrong for row in some),
        )
        cells.append([learning, *(f"{figure:,}" for figure in figures)])
    return markdown(SUMS, cells)


def _span(text: str) -> timedelta:
    if not text.endswith("d"):
        raise argparse.ArgumentTypeError(f"a number of days with d behind it, got {text!r}")
    return timedelta(days=float(text[:-1]))


def main() -> int:
    """Run all nights, learning off and on, and print the table; 1 where one is not as it must be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--feed", type=Path, default=DATA / "senate_full.jsonl.gz")
    parser.add_argument("--window", type=_span, default=timedelta(days=60), metavar="DAYSd")
    parser.add_argument("--most", type=int, help="so many months at most, from the first")
    parser.add_argument("--write", action="store_true", help="put the sums into benchmarks/README.md")
    options = parser.parse_args()
    if not options.feed.exists():
        print(f"NOT RUN: no feed {options.feed.name} here; name one with --feed")
        return 0
    some = list(islice(months(unpacked(options.feed.resolve())), options.most))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for learning in LEARNING:
            for row in nights(some, options.window, learning, Path(folder, f"{learning}.dedup")):
                rows.append(row)
                print(f"{row.month}, learning {learning}: {'ok' if row.holds else 'NOT OK'}", file=sys.stderr)
    print(markdown(HEADER, [row.cells for row in rows]))
    where = (
        f"`{options.feed.name.removesuffix('.gz')}`, the articles with a date, a month a night, in a window "
        f"of {options.window.days} days; {conditions()}."
    )
    table = f"{sums(rows)}\n\n{where}"
    print(f"\n{table}")
    if options.write:
        write_into_readme("months", table)
    return int(not all(row.holds for row in rows))


if __name__ == "__main__":
    sys.exit(main())
