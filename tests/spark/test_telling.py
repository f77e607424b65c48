"""What Spark tells of what was found: row by row what the local engine tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from benchmarks.generate import Extras, generate
from dedup import pipeline, search
from dedup.attribution import chosen
from dedup.clock import Clock
from dedup.columns import TABLES
from dedup.duplicates import Tables
from dedup.intake import take_in
from dedup.pipeline import Judged, judge, untold
from dedup.settings import KEEP_RULES, Settings
from dedup.stages.collapse import collapse
from dedup.stages.identify import identify
from tests.conftest import soak

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from dedup.spark.telling import Told
    from dedup.spark.work import Work

REPO = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = sorted(set(TABLES) - {"rejects"})
FEW = 12
"""How many pairs between two clusters are listed in these tests."""

Columns = dict[str, NDArray[Any] | pa.Array | pa.ChunkedArray]


def judged_of(feed: Any, settings: Settings) -> Judged:
    """What the local engine finds and tells."""
    taken = take_in(feed, None, {}, settings, untold, Clock())
    known = identify(taken.feed.articles, NOON)
    return judge(known, collapse(taken.sketches.take(known.first_record)), settings, untold, Clock())


def octets(values: NDArray[Any], starts: NDArray[np.int64]) -> pa.Array:
    """The bytes of the rows from each start to the next one."""
    return pa.array([values[a:b].tobytes() for a, b in pairwise(starts.tolist())], pa.binary())


def articles_of(judged: Judged) -> Columns:
    """The articles as Spark holds them."""
    known, nodes = judged.known, judged.nodes
    order = np.lexsort((known.ranks, nodes.of_article))
    node = nodes.of_article[order]
    table = known.articles.take(pa.array(order))
    sources: list[set[str]] = [set() for _ in range(len(nodes))]
    for one, source in zip(node.tolist(), table["source"].to_pylist(), strict=True):
        sources[one] |= {source} - {None}
    names = ("id", "version", "title", "source", "url", "prior_ids", "byline")
    return {
        "counts": nodes.counts[node],
        **{name: table[name] for name in names},
        "published": table["published"].cast(pa.int64()),
        "text": known.texts.take(order).to_arrow().cast(pa.string()),
        "record_key": pa.array([b""] * order.size),
        "node": node,
        "article": node << 24 | np.arange(node.size) - np.searchsorted(node, node),
        "time": nodes.least(judged.facts.times)[node],
        "sources": pa.array([sorted(sources[one]) for one in node.tolist()], pa.list_(pa.string())),
        "weight": nodes.weights[node],
    }


def pairs_of(judged: Judged) -> Columns:
    """The compared pairs as Spark holds them."""
    pairs = judged.found.pairs
    ours, theirs = pairs.containments(judged.nodes)
    return {
        "left": pairs.left,
        "right": pairs.right,
        "relation": judged.found.relations.astype(np.int32),
        "figures": octets(pairs.figures, np.arange(len(pairs) + 1)),
        "passages": octets(pairs.passages, pairs.passage_starts),
        "jaccard": pairs.jaccard,
        "left_in_right": ours,
        "right_in_left": theirs,
    }


def leads_of(judged: Judged) -> Columns:
    """Who is held to whom, of nodes that share a cluster with others."""
    lead_of, coverage = judged.found.clusters.lead_of, judged.found.clusters.coverage
    some = np.flatnonzero(np.bincount(lead_of, minlength=lead_of.size)[lead_of] > 1)
    return {"node": some, "lead": lead_of[some], "coverage": coverage[some]}


def runs_of(judged: Judged) -> Columns:
    """Where boilerplate stands in each node."""
    runs = judged.found.runs[np.lexsort((judged.found.runs[:, 2], judged.found.runs[:, 1]))]
    node = np.unique(runs[:, 1])
    starts = np.searchsorted(runs[:, 1], np.append(node, node[-1] + 1) if node.size else [0])
    return {"node": node.astype(np.int64), "runs": octets(runs[:, [0, 2, 3]], starts)}


def cut_of(judged: Judged) -> Columns:
    """Nodes, not leads, of clusters that were not compared throughout, some of them twice."""
    lead_of, cut = judged.found.clusters.lead_of, judged.found.cut
    last = {lead: node for node, lead in enumerate(lead_of.tolist())}
    left, right = cut >> 32, cut & 0xFFFFFFFF
    members = np.array([[last[a], last[b]] for a, b in zip(left.tolist(), right.tolist(), strict=True)])
    members = members.reshape(-1, 2).astype(np.int64)
    return {"left": np.append(left, members[:, 1]), "right": np.append(right, members[:, 0])}


@dataclass
class Engine:
    """Tells on Spark what was found locally."""

    spark: SparkSession
    work: Work
    with_runs: bool = True

    def frame(self, columns: Columns, partitions: int = 3) -> DataFrame:
        """Columns as a Spark frame, its rows in no order."""
        table = pa.table(dict(columns))
        table = table.take(pa.array(np.random.default_rng(1).permutation(table.num_rows)))
        return self.spark.createDataFrame(table).repartition(partitions).persist()

    def tell(self, judged: Judged) -> Told:
        """What Spark tells."""
        from dedup.spark.telling import tell

        articles = self.frame(articles_of(judged)).repartition(self.work.partitions, "node").persist()
        runs = self.frame(runs_of(judged)) if self.with_runs else None
        parts = (self.frame(columns(judged)) for columns in (pairs_of, leads_of, cut_of))
        return tell(self.work, articles, runs, *parts)


@pytest.fixture
def engine(spark: SparkSession) -> Iterator[Engine]:
    """Spark with its work in several chunks, let go of after."""
    from dedup.spark.work import Work, configured

    with configured(spark):
        work = Work.of(spark, Settings(), Clock(), lambda _: None)
        work.chunks = 4
        yield Engine(spark, work)
        work.release()


def rows(table: pa.Table) -> list[tuple[Any, ...]]:
    """The rows, sorted."""
    return sorted(zip(*(column.to_pylist() for column in table.columns), strict=True), key=repr)


def check(told: Told, judged: Judged) -> None:
    """All tables have the rows and the types of the local ones."""
    local = Tables(judged.tables)
    assert sorted(told.tables) == NAMES
    for name in NAMES:
        found = told.tables[name].toArrow()
        kinds = [pa.string() if kind == pa.large_string() else kind for kind in local[name].schema.types]
        assert found.schema.names == local[name].column_names, name
        assert found.schema.types == kinds, name
        assert rows(found) == rows(local[name]), name


def dropped(judged: Judged, keep: str) -> list[int]:
    """The articles that a rule drops, as Spark numbers them."""
    members = judged.members
    stays = chosen(keep, judged.known.texts, members, judged.attribution, judged.facts)
    order = np.lexsort((judged.known.ranks, judged.nodes.of_article))
    number = np.empty(order.size, np.int64)
    number[order] = np.asarray(articles_of(judged)["article"])
    return sorted(number[np.setdiff1d(members.article, stays)].tolist())


def made() -> list[dict[str, Any]]:
    """A feed with a hot story, copies, versions, links, repeats, roundups, footers and items of few words."""
    records = list(generate(150, 4, Extras(hot=50)))
    feed: list[dict[str, Any]] = [dict(record) for record, _ in records]
    hot = next(record["text"] for record, truth in records if truth["kind"] == "hot")
    originals = (record["text"] for record, truth in records if truth["kind"] == "original")
    long = sorted(originals, key=len)[-6:]

    def add(name: str, text: str, **facts: Any) -> None:
        feed.append({"id": name, "text": text, **facts})

    for copy in range(40):  # of one text, the first by id not the earliest
        add(f"copy-{copy:02}", long[0], source=f"Paper {copy % 7}", published=f"2026-02-{28 - copy % 28:02}")
    for number in range(8):
        add(f"digest-{number}", "\n\n".join([long[0], hot, f"Number {number} of our letters ends here."]))
        add(f"part-{number}", hot[: 700 + 40 * number])
    add("linked", f"{long[1]}\n\nFirst told at https://echo.example/original/of/it.", source="Echo")
    add("original", long[1], source="Bell", url="https://www.echo.example/original/of/it")
    add("replacing", f"{long[2]}\n\nAdds a line at the end.", prior_ids=["replaced"])
    add("replaced", long[2])
    for version in (None, "1", "2"):
        add("versions", f"{long[3]} This is state {version}.", version=version, published="2026-02-01")
    add("twice", f"{long[4]}\n\n{long[5]}\n\n{long[4]}")
    add("twice-copied", f"{long[4]}\n\n{long[5]}\n\n{long[4]}")
    add("Zwölf Wörter", "”Üben“, 日本語の記事。 " * 3, title="Ça va")
    for name in ("tiny", "tiny-too"):
        add(name, "Two words")
        add(f"{name}-empty", "")
    return feed


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> Judged:
    """The made feed with what is found where fewer pairs are compared and listed; Spark lists as few."""
    pytest.importorskip("pyspark")
    from dedup.spark import listing

    for module in (search, pipeline, listing):
        monkeypatch.setattr(module, "MOST_PAIRS", FEW)
    judged = judged_of(made(), Settings())
    pairs = judged.tables["pairs"]
    assert judged.found.cut.size
    assert sum(pairs["pairs_not_listed"].to_pylist()) > 0
    assert len(judged.found.runs)
    assert judged.tables["repeats"].num_rows >= 2
    return judged


@soak
def test_the_made_feed_is_told_alike(engine: Engine, crowded: Judged) -> None:
    told = engine.tell(crowded)
    check(told, crowded)
    found = told.dropped.toArrow()["article"].to_pylist()
    assert sorted(found) == dropped(crowded, "lead")


@soak
def test_neither_chunks_nor_partitions_change_a_row(
    engine: Engine, crowded: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dedup.spark import work

    monkeypatch.setattr(work, "SALT", 3)
    engine.work.chunks, engine.work.partitions = 40, 5
    check(engine.tell(crowded), crowded)


@soak
@pytest.mark.parametrize("lead", ["one", "other"])
def test_the_copies_of_a_hot_story_are_told_in_many_chunks(engine: Engine, lead: str) -> None:
    from dedup.spark.telling import in_chunks

    copies = np.arange(1, 30_001)
    articles = {"one": copies, "other": copies, lead: np.zeros_like(copies)}
    nodes = {"left": pa.nulls(copies.size, pa.int64()), "right": pa.nulls(copies.size, pa.int64())}
    chunks = in_chunks(engine.frame({**articles, **nodes}), 100).groupBy("chunk").count().toArrow()
    assert sum(chunks["count"].to_pylist()) == copies.size
    assert max(chunks["count"].to_pylist()) < 2 * 4096


@soak
@pytest.mark.parametrize("keep", KEEP_RULES)
def test_each_rule_drops_the_same_articles(engine: Engine, crowded: Judged, keep: str) -> None:
    from dedup.spark.members import members

    engine.work.settings = replace(engine.work.settings, keep=keep)
    parts = [engine.frame(columns(crowded)) for columns in (articles_of, runs_of, pairs_of, leads_of)]
    found = members(engine.work, *parts).filter("not stays").toArrow()
    assert sorted(found["article"].to_pylist()) == dropped(crowded, keep)


@soak
def test_the_demo_feed_is_told_alike(engine: Engine) -> None:
    feed = [REPO / "data" / name for name in ("wire.jsonl", "outlet.csv", "desk")]
    judged = judged_of(feed, Settings())
    check(engine.tell(judged), judged)


@soak
def test_a_feed_without_boilerplate_has_an_empty_table_of_it(engine: Engine) -> None:
    settings = Settings(boilerplate=0)
    judged = judged_of(made(), settings)
    engine.work.settings = replace(engine.work.settings, boilerplate=0)
    engine.with_runs = False
    told = engine.tell(judged)
    assert told.tables["boilerplate"].count() == 0
    check(told, judged)


@soak
def test_articles_that_are_all_unlike_leave_every_table_empty(engine: Engine) -> None:
    judged = judged_of([{"id": "a", "text": "Nothing to tell."}, {"id": "b", "text": ""}], Settings())
    told = engine.tell(judged)
    check(told, judged)
    assert [told.tables[name].count() for name in NAMES] == [0] * len(NAMES)
    assert told.dropped.count() == 0


@soak
def test_real_releases_are_told_alike(engine: Engine, shared: Path) -> None:
    judged = judged_of(shared / "data" / "senate_2007_11.jsonl", Settings())
    check(engine.tell(judged), judged)
