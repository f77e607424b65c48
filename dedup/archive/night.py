"""One run of an archive, told as a story: tonight's articles, what they touch, the verdicts, what is kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.archive import taking, touched, verdicts
from dedup.archive.catalogue import EMBARGOED, KILLED, LIVE, PAST, Roll
from dedup.archive.postings import Known, drop_postings, outside
from dedup.archive.rows import numbers
from dedup.archive.shelf import Shelf
from dedup.archive.taking import Given
from dedup.archive.verdicts import Before
from dedup.archive.working import Working
from dedup.attribution import Attribution
from dedup.clock import Clock
from dedup.feeds import Progress
from dedup.pipeline import Judged, judge
from dedup.search import Beyond
from dedup.sketches import Nodes, distinct
from dedup.stages.cluster import Members
from dedup.stages.collapse import collapse
from dedup.store import Store
from dedup.threads import beside

Rows = NDArray[np.int64]

_TELLS_SOURCES = (
    "SELECT count(DISTINCT source) > 1 OR count(published) > 0 FROM articles WHERE state = 'live'"
)


@dataclass(frozen=True)
class Night:
    """What a run found: what was judged, which of the articles at hand are told, and what moved.

    `number`: int64, what the archive calls the articles at hand; `is_new`: which of these it had not told
    before; `is_told`: which are tonight's; `changes`: as `verdicts.moved` gives them, with why; `kills`: rows
    of that table.
    """

    judged: Judged
    number: Rows
    is_new: NDArray[np.bool_]
    is_told: NDArray[np.bool_]
    changes: pa.Table
    kills: pa.Table
    counts: dict[str, int]


def hold(  # noqa: PLR0913, PLR0917 - a run is made of these
    store: Store,
    roll: Roll,
    given: Given,
    removed: Rows,
    run: int,
    shelf: Shelf,
    tell: Progress,
    clock: Clock,
) -> Night:
    """Hold tonight's records against the archive, and put them in; inside a transaction of the store.

    `removed`: numbers of articles that are to go; `forget` lets go of them once their names are told.
    """
    with clock("archive"):
        tells_sources = store.one(_TELLS_SOURCES)
        kills = taking.kills_of(store, roll)
        turned = taking.turn(store, roll)
        came = taking.take_in(store, roll, given, run, shelf)
        known = verdicts.known_boilerplate(store)
        again = drop_postings(store, touched.without_live(store, turned.left))
        parts = [touched.look_up(store, came, given, (turned.back, again), shelf, known)]
        parts.append(touched.named(store, roll, turned.left))
        if store.one(_TELLS_SOURCES) != tells_sources:  # what one source means has changed for all
            tells_sources = not tells_sources
            parts.append(numbers(store.rows("SELECT DISTINCT component FROM nodes"), "component"))
        work = touched.gather(store, distinct(np.concatenate(parts)), came, given, shelf)
        before = Before.of(store, work, turned)
        nodes = collapse(work.sketches)
        local = _known(work, nodes)
        elsewhere = outside(store, local, nodes)
    is_new = np.isin(work.number, np.concatenate([came.number, turned.released]))
    is_told = is_new | np.isin(work.number, roll.number[roll.in_feed])

    # DuckDB packs texts on one core, 1.3 s for 50,000; judging leaves half of one idle.
    with beside(came.put, shelf.settings.workers) as stored:

        def names(members: Members, told: Attribution) -> list[str]:
            stored()  # or raises what went wrong
            return verdicts.name_clusters(store, before, work, members, told)

        beyond = Beyond(bool(tells_sources), elsewhere, is_told, names, known, work.outlined)
        judged = judge(work.known, nodes, shelf.settings, tell, clock, beyond)
    with clock("archive"):
        after = verdicts.member_rows(judged, work.number)
        component = local.node[verdicts.components(judged)]
        verdicts.keep(store, (local.node, component), after, np.concatenate([work.number, turned.left]), run)
        verdicts.learn(store, judged, known, run, shelf.settings)
        changes = verdicts.moved(store, before, after, np.concatenate([work.number[~is_new], turned.left]))
        fresh = np.isin(work.number, np.concatenate([came.number, turned.back]))
        now = component[judged.nodes.of_article]
        changes = changes.append_column("why", verdicts.reasons(changes, work, turned, before, (now, fresh)))
    in_feed = int(roll.in_feed.sum())
    counts = {
        "articles": in_feed,
        "records_repeated": _met(roll, LIVE) - in_feed,
        "ids_with_versions": roll.known.counts["ids_with_versions"],
        "articles_new": int(is_new.sum()),
        "articles_known": int((roll.in_feed & ~roll.is_new).sum()),
        "articles_judged": len(work),
        "articles_removed": removed.size,
        **{f"articles_{name}": _met(roll, name) for name in (PAST, EMBARGOED, KILLED)},
    }
    return Night(judged, work.number, is_new, is_told, changes, kills, counts)


def _known(work: Working, nodes: Nodes) -> Known:
    """The nodes at hand as the archive knows them, in their order."""
    first = nodes.members[nodes.member_starts[:-1]]
    none = np.empty((0, 0), np.uint8)
    return Known(work.node[first], work.sketches.hashes[first], nodes.counts, nodes.counts, none)


def _met(roll: Roll, state: str) -> int:
    """How many records of the feed are of a state."""
    return int((roll.states[roll.archived :] == state).sum())


def forget(store: Store) -> None:
    """Let go of what was removed, and of what was made of texts that no article has any more."""
    for table in ("texts", "outlines"):
        store.run(
            f"DELETE FROM {table} WHERE article IN (SELECT article FROM articles WHERE state = 'removed')"
        )
    # The feeds they came with may be given again.
    store.run("UPDATE runs SET feed = '' WHERE run IN (SELECT run FROM articles WHERE state = 'removed')")
    store.run("DELETE FROM articles WHERE state = 'removed'")
    store.run("UPDATE articles SET node = NULL WHERE state = 'killed'")
    store.run("DELETE FROM nodes WHERE node NOT IN (SELECT node FROM articles WHERE node IS NOT NULL)")
