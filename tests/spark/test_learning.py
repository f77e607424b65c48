"""What is learnt on Spark is what is learnt on one machine, run by run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from dedup.articles import ARTICLES
from dedup.clock import Clock
from dedup.compared import Compared
from dedup.provenance import NO_TIME, Provenance, provenance
from dedup.search import near_groups
from dedup.settings import Settings
from dedup.sketches import Nodes
from dedup.stages import candidates
from dedup.stages.boilerplate import learn
from dedup.stages.collapse import collapse
from dedup.stages.identify import identify
from dedup.stages.sketch import sketch
from tests.conftest import REPO, soak
from tests.stages.made import ONE_THREAD, records, text

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from dedup.spark.work import Work

NOW = datetime(2026, 1, 20, tzinfo=UTC)

Rows = NDArray[np.int64]
Record = Mapping[str, Any]
Runs = dict[int, list[list[int]]]
"""Block, first token and the one behind the last, of each node's runs."""


FOOTER, OTHER, STATEMENT, LINE = (900_000, 30), (910_000, 25), (800_000, 60), (950_000, 15)
PHRASE = (960_000, 15)


def story(number: int, words: int = 120) -> tuple[int, int]:
    """Words that no other article has."""
    return (1000 * number, words)


def about(event: int, number: int, *parts: tuple[int, int]) -> str:
    """A story with eight words of an event, none beside another, and some parts."""
    words: list[int | tuple[int, int]] = []
    for n in range(8):
        words += [event + n, (1000 * number + 12 * n, 12)]
    return text(*words, *parts)


def made() -> list[str]:
    """Footers, apart and one after another, a statement and its quotes, phrases, lines, and near copies."""
    texts = [text(story(n), FOOTER) for n in range(7)] + [text(OTHER, story(20 + n)) for n in range(6)]
    texts += [text(story(40 + n), STATEMENT) for n in range(6)] + [text(STATEMENT)]
    texts += [text(story(60 + n), FOOTER, OTHER, story(160 + n, 9)) for n in range(3)]
    texts += [text(story(70), (500_000 + 10 * n, 3), (920_000, 20)) for n in range(9)]
    texts += [text(story(71 + n), (920_000, 20)) for n in range(4)]
    texts += [about(700_000, 80 + n, (930_000, 40)) for n in range(6)]
    whole, within = "{}. {}. {}.", "{} {} {}"
    for line, words in ((whole, LINE), (within, PHRASE)):
        texts += [
            line.format(text(story(100 + n + words[0] // 1000)), text(words), text(story(10 + n, 9)))
            for n in range(6)
        ]
    return [*texts, "", "one", "one two", "one two", "one two three"]


def articles(texts: Sequence[str], sources: int = 4) -> list[Record]:
    """Records of texts; without sources none has one."""
    return [
        {"id": f"{n:04}", "text": one, "source": f"source {n % sources}" if sources else None}
        for n, one in enumerate(texts)
    ]


def wire() -> list[Record]:
    """The demo feed."""
    return lines(REPO / "data" / "wire.jsonl")


def lines(path: Path) -> list[Record]:
    """The records of a file, in the columns of a feed."""
    read = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    names = ("id", "text", "source", "title")
    return [{name: row.get(name) for name in names} for row in read]


def local(rows: Sequence[Record], settings: Settings) -> tuple[Nodes, Provenance, NDArray[np.int32]]:
    """The nodes, what is known of them, and their near-copy groups."""
    known = identify(records(*rows), NOW)
    nodes = collapse(sketch(known.texts.blocks(), settings).take(known.first_record))
    times = np.full(known.articles.num_rows, NO_TIME)
    told = provenance(known.articles, known.texts, nodes, times, known.ranks)
    heads = candidates.first_of_lists(nodes, candidates.band_lists(nodes, settings))
    compared = Compared(nodes, told, settings, Clock(), learns=True)
    return nodes, told, near_groups(compared, heads).astype(np.int32)


def on_one_machine(
    nodes: Nodes, told: Provenance, roots: NDArray[np.int32], settings: Settings = ONE_THREAD
) -> Runs:
    """What `learn` gives."""
    prints = candidates.print_entries(nodes, np.ones(len(nodes), bool))
    found: Runs = {}
    for block, node, first, end in learn(nodes, prints, roots, told, settings).tolist():
        found.setdefault(node, []).append([block, first, end])
    return found


@pytest.fixture
def work(spark: SparkSession) -> Iterator[Work]:
    """A run in three chunks."""
    from dedup.spark.work import Work, configured

    with configured(spark):
        run = Work.of(spark, ONE_THREAD, Clock(), lambda _: None)
        run.chunks = 3
        yield run
        run.release()


def on_spark(work: Work, rows: Sequence[Record], roots: NDArray[np.int32], tells_sources: bool) -> Runs:
    """What `learnt` gives."""
    from dedup.spark.learning import learnt

    table = learnt(work, nodes_on_spark(work, rows, roots), tells_sources).toArrow()
    assert table["node"].to_pylist() == pa.compute.unique(table["node"]).to_pylist()
    cells = zip(table["node"].to_pylist(), table["runs"].to_pylist(), strict=True)
    return {node: np.frombuffer(cell, np.int32).reshape(-1, 3).tolist() for node, cell in cells}


def nodes_on_spark(work: Work, rows: Sequence[Record], roots: NDArray[np.int32]) -> DataFrame:
    """The nodes of records, with their groups."""
    from dedup.feeds.frame import DEFAULTS
    from dedup.spark import intake

    given = pa.Table.from_pylist(list(rows), pa.schema([ARTICLES.field(name) for name in rows[0]]))
    frame = work.spark.createDataFrame(given.set_column(1, "text", given["text"].cast(pa.string())))
    read = intake.read(frame, intake.fields_of(frame, {}), DEFAULTS)
    kept = work.keep("nodes", intake.numbered(work, intake.identified(work, read, NOW)))
    groups = pa.table({"node": np.arange(roots.size), "root": roots.astype(np.int64)})
    return kept.filter("article % 16777216 = 0").join(work.spark.createDataFrame(groups), "node")


def same(work: Work, rows: Sequence[Record]) -> Runs:
    """What is learnt on Spark, which is held to what is on one machine."""
    nodes, told, roots = local(rows, work.settings)
    found = on_spark(work, rows, roots, told.tells_sources)
    assert found == on_one_machine(nodes, told, roots, work.settings)
    return found


@soak
@pytest.mark.parametrize("sources", [0, 2, 4])
def test_a_made_feed_has_the_same_blocks_at_the_same_places(work: Work, sources: int) -> None:
    found = same(work, articles(made(), sources))
    sizes = {end - first for runs in found.values() for _, first, end in runs}
    assert {30, 25, 20, 15} <= sizes


@soak
def test_the_demo_feed_has_the_same_blocks_at_the_same_places(work: Work) -> None:
    assert same(work, wire())


@soak
def test_real_releases_have_the_same_blocks_at_the_same_places(work: Work, shared: Path) -> None:
    assert len(same(work, lines(shared / "data" / "senate_2007_11.jsonl"))) > 300


@soak
@pytest.mark.parametrize("rows", [articles(["", "one two", "one two three"]), articles([text(story(1))])])
def test_where_nothing_recurs_the_table_has_no_rows(work: Work, rows: list[Record]) -> None:
    assert same(work, rows) == {}


NO_BOILERPLATE = {
    "a statement that is an article itself": [
        *(text(story(n), STATEMENT) for n in range(9)),
        text(STATEMENT),
    ],
    "a letter in articles of one event": [
        *(about(700_000, n, STATEMENT) for n in range(6)),
        *(text(story(n, 30)) for n in range(100, 700)),
    ],
    "a turn of phrase": [text(story(n)) + f" {text(PHRASE)} " + text(story(n + 50)) for n in range(6)],
}


@soak
@pytest.mark.parametrize("name", NO_BOILERPLATE)
def test_where_what_recurs_is_no_boilerplate_the_table_has_no_rows(work: Work, name: str) -> None:
    assert same(work, articles(NO_BOILERPLATE[name])) == {}
    assert work.rows["boilerplate: runs"]


@soak
@pytest.mark.parametrize(("chunks", "partitions"), [(1, 1), (40, 3)])
def test_chunks_and_partitions_change_nothing(work: Work, chunks: int, partitions: int) -> None:
    work.chunks, work.partitions = chunks, partitions
    assert same(work, articles(made()))


@soak
def test_a_group_that_is_spread_over_chunks_is_one_vote(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.spark.grams.SALT", 2)
    work.chunks = 5
    assert same(work, articles(made()))
    copies = [text(story(70), (500_000 + 10 * n, 3), FOOTER) for n in range(9)]
    assert same(work, articles([*copies, *(text(story(n), FOOTER) for n in range(3))])) == {}


@soak
def test_the_same_few_of_many_articles_are_looked_at(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.unrelated.SAMPLE", 8)
    monkeypatch.setattr("dedup.unrelated.LOOKED_AT", 1)
    assert same(work, articles(made()))
