"""What is new in an archive into all that must be judged again with it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.archive.catalogue import Roll
from dedup.archive.meeting import meet_archived
from dedup.archive.postings import add_postings, asked
from dedup.archive.rows import components_of, nodes_of, numbers, of
from dedup.archive.shelf import Shelf
from dedup.archive.taking import Came, Given
from dedup.archive.working import FACTS, Working, joined, put_together
from dedup.articles import ARTICLES
from dedup.sketches import distinct
from dedup.stages.boilerplate import KnownBoilerplate, known_runs, set_aside
from dedup.stages.collapse import collapse
from dedup.store import Store

Rows = NDArray[np.int64]


def without_live(store: Store, articles: Rows) -> Rows:
    """The nodes of the given articles that have no live article."""
    sql = (
        "SELECT DISTINCT node FROM articles a SEMI JOIN given USING (article) "
        "WHERE node NOT IN (SELECT node FROM articles WHERE state = 'live')"
    )
    return numbers(store.rows(sql, given=of("article", articles)), "node")


def look_up(
    store: Store,
    came: Came,
    given: Given,
    old: tuple[Rows, Rows],
    shelf: Shelf,
    known: KnownBoilerplate,
) -> Rows:
    """The components that the new live articles, and those that came back, may be related to; their own too.

    `old`: archived articles that came back, and nodes that are to be looked up again.
    """
    settings = shelf.settings
    back, again = old
    fresh = np.concatenate([came.number, back])
    node = np.concatenate([came.node, nodes_of(store, back)])
    # A node with other live articles is in the lists already.
    sql = (
        "SELECT DISTINCT node FROM articles SEMI JOIN asked USING (node) ANTI JOIN fresh USING (article) "
        "WHERE state = 'live'"
    )
    listed = numbers(store.rows(sql, asked=of("node", node), fresh=of("article", fresh)), "node")
    unlisted = np.flatnonzero(~np.isin(node, listed))
    some = unlisted[np.unique(node[unlisted], return_index=True)[1]]
    ours = np.sort(some[some < came.number.size])
    theirs = some[some >= came.number.size]
    sql = (
        "SELECT min(article) AS article, node FROM articles SEMI JOIN again USING (node) "
        "WHERE state = 'live' GROUP BY node ORDER BY node"
    )
    others = store.rows(sql, again=of("node", again))
    archived = np.concatenate([fresh[theirs], numbers(others, "article")])
    sketches = joined(shelf.take(store, archived).sketches, given.sketches.take(came.row[ours]))
    called = np.concatenate([node[theirs], numbers(others, "node"), node[ours]])
    nodes = collapse(sketches)
    if known.grams.size:
        nodes = set_aside(nodes, known_runs(nodes, known, settings), settings)
    query = asked(nodes, sketches.hashes[nodes.members], called[nodes.members], settings)
    met = meet_archived(store, query, settings)
    displaced = add_postings(store, query.without(again), met.lists)
    several = store.rows(
        "SELECT component FROM nodes SEMI JOIN crowded USING (node) GROUP BY component HAVING count(*) > 1",
        crowded=of("node", met.crowded),
    )
    touched = np.concatenate([node, again, met.nodes, displaced])
    return np.concatenate([components_of(store, distinct(touched)), numbers(several, "component")])


def named(store: Store, roll: Roll, left: Rows) -> Rows:
    """The components of what bears the same id as something tonight, or says that it replaces it, or left."""
    number, _, _ = roll.archived_states
    ids = roll.known.articles.select(["id", "prior_ids"])
    sql = (
        "WITH linked AS (SELECT article FROM articles SEMI JOIN (SELECT unnest(prior_ids) AS id FROM ids) p "
        "USING (id) UNION SELECT article FROM (SELECT article, unnest(prior_ids) AS id FROM articles "
        "WHERE prior_ids IS NOT NULL) SEMI JOIN ids USING (id) UNION SELECT article FROM given) "
        "SELECT DISTINCT component FROM articles SEMI JOIN linked USING (article) JOIN nodes USING (node)"
    )
    given = of("article", np.concatenate([number, left]))
    return numbers(store.rows(sql, ids=ids, given=given), "component")


def gather(store: Store, touched: Rows, came: Came, given: Given, shelf: Shelf) -> Working:
    """All live articles of the touched components; those of tonight come last, in the feed's order."""
    facts = store.rows(
        f"SELECT a.article, a.node, {', '.join(f'a.{name}' for name in FACTS)} FROM articles a "
        "JOIN nodes n USING (node) SEMI JOIN touched ON n.component = touched.component "
        "WHERE a.state = 'live' ORDER BY a.article",
        touched=of("component", touched),
    )
    number, node = numbers(facts, "article"), numbers(facts, "node")
    taken = shelf.take(store, number[: number.size - came.number.size])
    articles = pa.table([facts[name].cast(ARTICLES.field(name).type) for name in FACTS], FACTS)
    known, sketches = put_together(articles, taken, (given.texts, given.sketches, came.row))
    return Working(number, node, known, sketches, shelf.known(taken))
