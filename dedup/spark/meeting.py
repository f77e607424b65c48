"""Links brought to where the texts of both nodes are, and compared there, into pairs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.clock import Clock
from dedup.compared import Compared
from dedup.kernels.meeting import are_enough
from dedup.lists import Links
from dedup.pairs import among, pair_keys
from dedup.search import near_groups
from dedup.settings import Settings
from dedup.sketches import distinct
from dedup.spark.links import ACROSS, BAND, FORMS, PRINTS, SAID, WITHIN
from dedup.spark.slices import (
    Rows,
    Slice,
    batches,
    cells,
    numbers,
    provenance_of,
    replaced_by,
    slice_of,
)
from dedup.spark.work import OfChunk, Work
from dedup.stages.candidates import (
    alike,
    answered_tokens,
    are_alike,
    form_rules,
    open_links,
    print_rules,
)
from dedup.stages.form import are_forms
from dedup.stages.relate import Relation, relate

PARENT, SEEN, TOLD = range(3)
"""Rows that tell a node's near-copy group, a pair without a relation, and one with a relation."""

PAIRS = (
    "left long, right long, row int, relation int, is_form boolean, said int, figures binary, "
    "passages binary, jaccard double, left_in_right double, right_in_left double, left_own int, right_own int"
)
_NODES = ("article", "node", "text", "time", "sources", "title", "runs")


def compare(work: Work, nodes: DataFrame, links: DataFrame, tells_sources: bool) -> DataFrame:
    """The links that are candidates, compared: `PAIRS`. Links have `chunk` and `said`."""
    return at_links(work, nodes, links, partial(_compare, work.settings, tells_sources))


def near(work: Work, nodes: DataFrame, heads: DataFrame, tells_sources: bool, learns: bool) -> DataFrame:
    """Each node held to the first ones of its lists, until it is near one: `PAIRS`, and its parent.

    All heads of a node are in one chunk. `learns`: as of `Compared`; then parents alone are told.
    """
    return at_links(work, nodes, heads, partial(_near, work.settings, tells_sources, learns))


def at_links(work: Work, nodes: DataFrame, links: DataFrame, function: OfChunk) -> DataFrame:
    """Bring the rows of nodes to the chunks of their links."""
    wanted = links.select("chunk", sql.explode(sql.array("left", "right")).alias("node")).distinct()
    some = [name for name in _NODES if name in nodes.columns]
    rows = nodes.select(*some).join(wanted, "node")
    return work.by_chunk(rows.unionByName(links, allowMissingColumns=True), function, PAIRS)


def _opened(
    rows: pa.Table, settings: Settings, tells_sources: bool, learns: bool
) -> tuple[Slice, Compared, pa.Table, Links]:
    """The nodes of a chunk, what compares them, its links, and these as the slice numbers nodes."""
    is_link = pc.is_valid(rows["left"])
    table = rows.filter(is_link)
    some = slice_of(rows.filter(pc.invert(is_link)), settings)
    links = some.links(numbers(table, "left"), numbers(table, "right"))
    known = provenance_of(some, replaced_by(*links, numbers(table, "said")), tells_sources)
    return some, Compared(some.nodes, known, settings, Clock(), learns=learns), table, links


def _near(settings: Settings, tells_sources: bool, learns: bool, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    some, compared, _, links = _opened(rows, settings, tells_sources, learns)
    roots = near_groups(compared, alike(some.raw, links))
    later = np.flatnonzero(roots != np.arange(roots.size))
    yield from _rows(PARENT, some.number[roots[later]], some.number[later])
    if not learns:
        yield from _told(some, compared)


def _compare(settings: Settings, tells_sources: bool, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    some, compared, table, (left, right) = _opened(rows, settings, tells_sources, learns=False)
    keep = _are_candidates(some, left, right, table, settings)
    compared.add((left[keep], right[keep]))
    yield from _told(some, compared)


def _are_candidates(
    some: Slice, left: Rows, right: Rows, table: pa.Table, settings: Settings
) -> NDArray[np.bool_]:
    """Which links are candidates, each by the rule of why it is one."""
    nodes, kinds = some.nodes, numbers(table, "kinds")
    shared, forms = (numbers(table, name).astype(np.int32) for name in ("shared", "forms"))
    keep: NDArray[np.bool_] = kinds & (WITHIN | SAID) > 0
    keep |= (kinds & BAND > 0) & are_alike(nodes, (left, right))
    known = (answered_tokens(nodes, settings), nodes.signatures)
    keep |= (kinds & PRINTS > 0) & are_enough(left, right, shared, known, print_rules(settings))
    whole = (nodes.counts, nodes.signatures)
    keep |= (kinds & FORMS > 0) & are_enough(left, right, forms, whole, form_rules(settings))
    across = kinds & ACROSS > 0
    open_keys = distinct(pair_keys(*open_links(nodes, (left[across], right[across]), settings)))
    keep |= across & among(pair_keys(left, right), open_keys)
    return keep


def _told(some: Slice, compared: Compared) -> Iterator[pa.RecordBatch]:
    """What was compared."""
    pairs = compared.whole()
    others = compared.keys[~among(compared.keys, pairs.keys)]
    yield from _rows(SEEN, some.number[others >> 32], some.number[others & 0xFFFFFFFF])
    relations = relate(pairs, some.nodes, compared.provenance, compared.settings)
    is_form = np.zeros(len(pairs), np.bool_)
    alone = np.flatnonzero(relations == Relation.BOILERPLATE)
    is_form[alone] = are_forms(some.nodes, pairs, alone)
    left_in_right, right_in_left = pairs.containments(some.nodes)
    replaced = compared.provenance.replaced
    said = among(pairs.keys, replaced) + 2 * among(pair_keys(pairs.right, pairs.left), replaced)
    yield from _rows(
        TOLD,
        some.number[pairs.left],
        some.number[pairs.right],
        relation=relations.astype(np.int32),
        is_form=is_form,
        said=said.astype(np.int32),
        figures=cells(pairs.figures, np.ones(len(pairs), np.int64)),
        passages=cells(pairs.passages, np.diff(pairs.passage_starts)),
        jaccard=pairs.jaccard,
        left_in_right=left_in_right,
        right_in_left=right_in_left,
        left_own=some.nodes.own[pairs.left],
        right_own=some.nodes.own[pairs.right],
    )


def _rows(row: int, left: Rows, right: Rows, **more: object) -> list[pa.RecordBatch]:
    kinds = {
        "relation": pa.int32(),
        "is_form": pa.bool_(),
        "said": pa.int32(),
        "figures": pa.binary(),
        "passages": pa.binary(),
        "jaccard": pa.float64(),
        "left_in_right": pa.float64(),
        "right_in_left": pa.float64(),
        "left_own": pa.int32(),
        "right_own": pa.int32(),
    }
    absent = {name: more.get(name, pa.nulls(left.size, kind)) for name, kind in kinds.items()}
    return batches(left=left, right=right, row=np.full(left.size, row, np.int32), **absent)
