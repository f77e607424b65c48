"""What was judged into what an archive keeps: components, members of clusters, and what moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.archive.rows import components_of, nodes_of, numbers, of
from dedup.archive.taking import Turned
from dedup.archive.working import Working
from dedup.attribution import Attribution
from dedup.pairs import united
from dedup.pipeline import Judged
from dedup.settings import Settings
from dedup.stages.boilerplate import KnownBoilerplate, grams_of
from dedup.stages.cluster import Members
from dedup.stages.origin import BASES
from dedup.stages.relate import Relation
from dedup.store import Store
from dedup.tables import cluster_id

Rows = NDArray[np.int64]

_WEAK = (Relation.NONE, Relation.SHARED, Relation.BOILERPLATE)
"""Relations that bear on no verdict of others."""


def components(judged: Judged) -> Rows:
    """For each node the least one that it is judged together with (int64)."""
    pairs = judged.found.pairs
    strong = ~np.isin(judged.found.relations, _WEAK)
    return united(pairs.left[strong], pairs.right[strong], len(judged.nodes))


@dataclass(frozen=True)
class Before:
    """What the archive said: `members`: rows of that table; and the components (int64) of the articles
    `at_hand`, and of those that `left`.
    """

    members: pa.Table
    at_hand: Rows
    left: Rows

    @classmethod
    def of(cls, store: Store, work: Working, turned: Turned) -> Before:
        """What it says of the articles at hand and of those that leave them."""
        wanted = of("article", np.concatenate([work.number, turned.left]))
        found = store.rows("SELECT * FROM members SEMI JOIN wanted USING (article)", wanted=wanted)
        left = components_of(store, nodes_of(store, turned.left))
        return cls(found, components_of(store, work.node), left)


def name_clusters(
    store: Store, before: Before, work: Working, members: Members, told: Attribution
) -> list[str]:
    """The id of each member's cluster: what most of its members had, of equally many the older one.

    Each id names one cluster, and no other ever after: a new one is made of the origin's (id, version), and
    where that has been used, of these and a number.
    """
    held = dict(
        zip(before.members["article"].to_pylist(), before.members["cluster_id"].to_pylist(), strict=True)
    )
    of_cluster: dict[int, dict[str, int]] = {}
    lead_of = members.lead.tolist()
    for article, lead in zip(work.number[members.article].tolist(), lead_of, strict=True):
        counts = of_cluster.setdefault(lead, {})
        if article in held:
            counts[held[article]] = counts.get(held[article], 0) + 1
    claimed = sorted({name for counts in of_cluster.values() for name in counts})
    ages = store.rows(
        "SELECT cluster_id, run FROM cluster_ids SEMI JOIN claimed USING (cluster_id)",
        claimed=pa.table({"cluster_id": pa.array(claimed, pa.string())}),
    )
    age = dict(zip(ages["cluster_id"].to_pylist(), ages["run"].to_pylist(), strict=True))
    origin_of = dict(zip(lead_of, told.origins.article.tolist(), strict=True))
    articles = work.known.articles.select(["id", "version"])
    names = list(zip(*(column.to_pylist() for column in articles.columns), strict=True))
    claims = sorted(
        (-count, age[name], name, names[lead][0], str(names[lead][1]), lead)
        for lead, counts in of_cluster.items()
        for name, count in counts.items()
    )
    given: dict[int, str] = {}
    taken: set[str] = set()
    for *_, name, _, _, lead in claims:
        if lead not in given and name not in taken:
            given[lead] = name
            taken.add(name)
    unnamed = [lead for lead in of_cluster if lead not in given]
    fresh = _fresh(store, {lead: names[origin_of[lead]] for lead in unnamed})
    return [given.get(lead) or fresh[lead] for lead in lead_of]


def _fresh(store: Store, origins: dict[int, tuple[str, str | None]]) -> dict[int, str]:
    """A name never used for each cluster, from the (id, version) of its origin."""
    fresh: dict[int, str] = {}
    number = 0
    while len(fresh) < len(origins):
        more = (number,) if number else ()
        wanted = {lead: cluster_id(*origin, *more) for lead, origin in origins.items() if lead not in fresh}
        used = store.rows(
            "SELECT cluster_id FROM cluster_ids SEMI JOIN wanted USING (cluster_id)",
            wanted=pa.table({"cluster_id": list(wanted.values())}),
        )
        taken = {*used["cluster_id"].to_pylist(), *fresh.values()}
        fresh |= {lead: name for lead, name in wanted.items() if name not in taken}
        number += 1
    return fresh


def member_rows(judged: Judged, numbers: Rows) -> pa.Table:
    """The members as rows of that table; `numbers`: what the archive calls the articles at hand."""
    members, clusters = judged.members, judged.tables["clusters"]
    order = judged.order
    article, lead = numbers[members.article[order]], numbers[members.lead[order]]
    origin = numbers[judged.attribution.origins.article[order]]
    basis = pa.array(judged.attribution.origins.basis[order])
    return pa.table(
        {
            "cluster_id": clusters["cluster_id"],
            "article": article.astype(np.uint32),
            "lead": lead.astype(np.uint32),
            "origin": origin.astype(np.uint32),
            "origin_basis": pa.DictionaryArray.from_arrays(basis, pa.array(BASES)).cast(pa.string()),
            **{name: clusters[name] for name in ("relation", "similarity", "in_lead", "of_lead", "credit")},
        }
    )


def moved(store: Store, before: Before, after: pa.Table, old: Rows) -> pa.Table:
    """What moved of articles told before: one row for each, and for each thing that did.

    `old`: their numbers. Columns `article`, `what`, `old`, `new`; absent where it was or is in no cluster.
    """
    named = "a.id || coalesce(' ' || a.version, '')"
    return store.rows(
        f"WITH names AS (SELECT a.article, {named} AS name FROM articles a SEMI JOIN "
        "(SELECT lead AS article FROM before UNION SELECT origin FROM before "
        "UNION SELECT lead FROM after UNION SELECT origin FROM after) USING (article)), "
        "was AS (SELECT o.article, m.cluster_id, l.name AS lead, r.name AS origin, m.relation "
        "FROM old o LEFT JOIN before m USING (article) LEFT JOIN names l ON l.article = m.lead "
        "LEFT JOIN names r ON r.article = m.origin), "
        "is_now AS (SELECT o.article, m.cluster_id, l.name AS lead, r.name AS origin, m.relation "
        "FROM old o LEFT JOIN after m USING (article) LEFT JOIN names l ON l.article = m.lead "
        "LEFT JOIN names r ON r.article = m.origin), "
        "both_ AS (SELECT w.article, unnest(['cluster_id', 'lead', 'origin', 'relation']) AS what, "
        "unnest([w.cluster_id, w.lead, w.origin, w.relation]) AS old, "
        "unnest([n.cluster_id, n.lead, n.origin, n.relation]) AS new "
        "FROM was w JOIN is_now n USING (article)) "
        "SELECT article, what, old, new FROM both_ WHERE old IS DISTINCT FROM new ORDER BY article, what",
        before=before.members,
        after=after,
        old=pa.table({"article": old.astype(np.uint32)}),
    )


def keep(store: Store, judged: tuple[Rows, Rows], members: pa.Table, articles: Rows, run: int) -> None:
    """Write the verdicts. `judged`: nodes and their components; `articles`: those whose old ones end."""
    node, component = judged
    store.run(
        "UPDATE nodes SET component = j.component FROM judged j WHERE nodes.node = j.node "
        "AND nodes.component <> j.component",
        judged=pa.table({"node": node.astype(np.uint32), "component": component.astype(np.uint32)}),
    )
    store.run(
        "DELETE FROM members WHERE article IN (SELECT article FROM given)", given=of("article", articles)
    )
    store.add("members", members)
    store.run(
        "INSERT INTO cluster_ids SELECT DISTINCT cluster_id, ?::INTEGER FROM members_now "
        "ANTI JOIN cluster_ids USING (cluster_id)",
        run,
        members_now=members,
    )


def known_boilerplate(store: Store) -> KnownBoilerplate:
    """What has been learnt so far."""
    found = store.rows(
        "SELECT gram, dense_rank() OVER (ORDER BY min(block)) - 1 AS block FROM boilerplate "
        "GROUP BY gram ORDER BY gram"
    )
    return KnownBoilerplate(
        np.ascontiguousarray(found["gram"].to_numpy().astype(np.uint32)),
        numbers(found, "block").astype(np.int32),
    )


def learn(store: Store, judged: Judged, known: KnownBoilerplate, run: int, settings: Settings) -> None:
    """Keep what was learnt to be boilerplate, beside what was known."""
    runs = judged.found.runs
    grams, row = grams_of(judged.nodes, runs, settings)
    is_new = ~np.isin(grams, known.grams)
    grams, first = np.unique(grams[is_new], return_index=True)
    begin = store.one("SELECT coalesce(max(block) + 1, 0) FROM boilerplate")
    block = begin + np.unique(runs[row[is_new][first], 0], return_inverse=True)[1]
    ones = pa.array(np.full(grams.size, run, np.int32))
    store.add("boilerplate", pa.table({"gram": grams, "block": block.astype(np.uint32), "run": ones}))


def reasons(
    changes: pa.Table, work: Working, turned: Turned, before: Before, here: tuple[Rows, NDArray[np.bool_]]
) -> pa.Array:
    """Why each thing moved: what came into the articles judged together, or left them.

    `here`: the components of the articles at hand now, and which of these are new or came back.
    """
    now, fresh = here
    came = set(now[fresh].tolist())
    gone: dict[int, set[str]] = {}
    for component, why in zip(before.left.tolist(), turned.why, strict=True):
        gone.setdefault(component, set()).add(f"an article {why}")
    left = dict(zip(turned.left.tolist(), turned.why, strict=True))
    place = {number: at for at, number in enumerate(work.number.tolist())}
    told = []
    for article in changes["article"].to_pylist():
        if article in left:
            told.append(left[article])
            continue
        at = place[article]
        some = ["new articles"] if now[at] in came else []
        some += sorted(gone.get(before.at_hand[at], ()))
        told.append("; ".join(some) or "judged again, with what is known now")
    return pa.array(told, pa.string())
