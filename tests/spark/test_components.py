"""Connected components: on the driver and in Spark itself, held to a plain union-find."""

from __future__ import annotations

import itertools
import logging
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import soak

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Edges = list[tuple[int, int]]

DRIVER, SPARK = 10**9, 0
"""How many edges the driver takes: all there are, or none."""


def chain(size: int) -> Edges:
    """A path through all nodes, whose numbers are in no order."""
    nodes = random.Random(size).sample(range(size), size)
    return list(itertools.pairwise(nodes))


def star(size: int, centre: int) -> Edges:
    """All nodes around one, either way round."""
    return [(node, centre) if node % 2 else (centre, node) for node in range(size) if node != centre]


def scattered(nodes: int, edges: int, step: int = 1) -> Edges:
    """Edges between any two nodes, loops and doubles among them."""
    rolled = random.Random(edges)
    return [(rolled.randrange(nodes) * step, rolled.randrange(nodes) * step) for _ in range(edges)]


def all_graphs(size: int) -> Edges:
    """Every graph of so many nodes, side by side."""
    possible = list(itertools.combinations(range(size), 2))
    return [
        (graph * size + left, graph * size + right)
        for graph in range(2 ** len(possible))
        for place, (left, right) in enumerate(possible)
        if graph >> place & 1
    ]


GRAPHS: dict[str, Edges] = {
    "a chain of 10,000": chain(10_000),
    "a star of 100,000 around its least node": star(100_000, 0),
    "a star of 100,000 around its greatest node": star(100_000, 99_999),
    "a star of 100,000 around one in the middle": star(100_000, 50_000),
    "many small components": scattered(20_000, 8_000),
    "one giant component and a few others": scattered(20_000, 30_000),
    "every graph of five nodes": all_graphs(5),
    "numbers up to 2**62": [*scattered(300, 250, step=2**62 // 300), (2**62, 2**62 - 1), (2**62, 0)],
    "numbers below 0": [(-(2**62), 5), (5, -1), (-7, -8)],
    "doubles": [(1, 2), (2, 1), (1, 2), (3, 2), (2, 3)] * 50,
    "loops only": [(node, node) for node in range(100)],
    "a loop at a node with edges": [(4, 4), (4, 9), (9, 9), (6, 6)],
    "no edges": [],
}


EACH_TIME = (
    "a chain of 10,000",
    "one giant component and a few others",
    "every graph of five nodes",
    "no edges",
)


def told(edges: Edges) -> dict[int, int]:
    """The plain twin: the least node of each node's component, by union-find."""
    parents: dict[int, int] = {}

    def root(node: int) -> int:
        while parents.setdefault(node, node) != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for left, right in edges:
        if left != right:
            one, other = sorted((root(left), root(right)))
            parents[other] = one
    return {node: root(node) for node in parents}


def framed(spark: SparkSession, edges: Edges) -> DataFrame:
    """The edges as Spark holds them."""
    columns = [pa.array(column, pa.int64()) for column in (zip(*edges, strict=True) if edges else ((), ()))]
    return spark.createDataFrame(pa.table(columns, names=["left", "right"]))


def components(edges: DataFrame, most: int) -> DataFrame:
    """What is tested; without pyspark it cannot be imported."""
    from dedup.spark.components import components

    return components(edges, most)


def rows(found: DataFrame) -> dict[int, int]:
    """`component` by `node`, each of which has one row."""
    assert found.dtypes == [("node", "bigint"), ("component", "bigint")]
    table = found.toArrow()
    by_node: dict[int, int] = dict(
        zip(*(table[name].to_pylist() for name in table.column_names), strict=True)
    )
    assert len(by_node) == table.num_rows
    return by_node


@pytest.fixture
def conf(spark: SparkSession) -> Iterator[Any]:
    """The session's settings, put back after."""
    names = ("spark.sql.adaptive.enabled", "spark.sql.shuffle.partitions")
    before = {name: spark.conf.get(name) for name in names}
    yield spark.conf
    for name, value in before.items():
        assert value is not None
        spark.conf.set(name, value)


@pytest.fixture
def checkpoints(spark: SparkSession, tmp_path: Path) -> Iterator[Path]:
    """The checkpoint directory of the SparkContext, which has none after."""
    spark.sparkContext.setCheckpointDir(str(tmp_path))
    yield tmp_path
    without: Any = None
    spark.sparkContext.setCheckpointDir(without)
    assert spark.sparkContext.getCheckpointDir() is None


@pytest.fixture
def collected(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each frame had that came to the driver."""
    sizes: list[int] = []
    kind: Any = type(spark.range(0))

    def count(method: str, size: Callable[[Any], int]) -> None:
        taken_by = getattr(kind, method)

        def counted(frame: Any) -> Any:
            taken = taken_by(frame)
            sizes.append(size(taken))
            return taken

        monkeypatch.setattr(kind, method, counted)

    count("toArrow", lambda table: int(table.num_rows))
    count("collect", len)
    return sizes


@pytest.mark.parametrize("most", [DRIVER, SPARK], ids=["driver", "spark"])
@pytest.mark.parametrize(
    "name", [name if name in EACH_TIME else pytest.param(name, marks=soak) for name in GRAPHS]
)
def test_each_node_has_the_least_of_its_component(spark: SparkSession, name: str, most: int) -> None:
    edges = GRAPHS[name]
    assert rows(components(framed(spark, edges), most)) == told(edges)


@soak
@settings(max_examples=30)
@given(
    edges=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=60), most=st.integers(0, 40)
)
def test_any_graph_has_the_same_components_wherever_the_driver_takes_over(
    spark: SparkSession, edges: Edges, most: int
) -> None:
    frame = framed(spark, edges)
    assert rows(components(frame, most)) == rows(components(frame, DRIVER)) == told(edges)


@soak
@pytest.mark.parametrize("adaptive", ["true", "false"])
@pytest.mark.parametrize(("given_in", "shuffled_into"), [(1, 1), (7, 3)])
def test_partitions_and_adaptive_execution_change_no_row(
    spark: SparkSession, conf: Any, adaptive: str, given_in: int, shuffled_into: int
) -> None:
    conf.set("spark.sql.adaptive.enabled", adaptive)
    conf.set("spark.sql.shuffle.partitions", str(shuffled_into))
    edges = GRAPHS["every graph of five nodes"]
    frame = framed(spark, edges).repartition(given_in)
    assert rows(components(frame, SPARK)) == rows(components(frame, DRIVER)) == told(edges)


def test_edges_that_stay_too_many_never_come_to_the_driver(spark: SparkSession, collected: list[int]) -> None:
    edges = star(1_000, 0)
    found = components(framed(spark, edges), len(edges) - 1)
    assert max(collected) == 1  # what was counted
    assert rows(found) == told(edges)


@soak
def test_edges_come_to_the_driver_once_they_fit(spark: SparkSession, collected: list[int]) -> None:
    edges, most = scattered(100, 2_000), 150
    found = components(framed(spark, edges), most)
    assert 99 <= max(collected) <= most
    assert rows(found) == told(edges)


def test_edges_are_counted_once_each_before_they_are_taken(spark: SparkSession, collected: list[int]) -> None:
    edges = [(1, 2), (2, 1), (3, 3), (2, 3)] * 10
    found = components(framed(spark, edges), 2)
    assert collected == [1, 2]
    assert rows(found) == {1: 1, 2: 1, 3: 1}


def test_the_log_tells_how_many_edges_each_round_leaves(
    spark: SparkSession, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "dedup.spark.components"):
        components(framed(spark, [(1, 2), (2, 3), (3, 1), (3, 2)]), 1)
    assert caplog.messages == [
        "components: 3 distinct edges; the driver takes up to 1",
        "components: 2 edges after round 1",
        "components: 2 edges after round 2, the last",
    ]


@soak
def test_rounds_leave_neither_plans_nor_more_than_the_last_ones_rows(spark: SparkSession) -> None:
    context: Any = spark.sparkContext
    before = set(context._jsc.getPersistentRDDs())
    found: Any = components(framed(spark, chain(30)), SPARK)
    assert len(set(context._jsc.getPersistentRDDs()) - before) == 1
    assert "Window" not in found._jdf.queryExecution().toString()
    assert rows(found) == told(chain(30))


@soak
def test_a_checkpoint_directory_is_used_where_there_is_one(spark: SparkSession, checkpoints: Path) -> None:
    context: Any = spark.sparkContext
    before = set(context._jsc.getPersistentRDDs())
    found = components(framed(spark, chain(30)), SPARK)
    assert len(list(checkpoints.rglob("part-*"))) > 2
    assert set(context._jsc.getPersistentRDDs()) <= before
    assert rows(found) == told(chain(30))
