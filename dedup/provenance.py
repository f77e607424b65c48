"""`Provenance`: who published each node, when, and what it says that it replaces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dedup.sketches import Nodes, distinct, places_of
from dedup.texts import Texts

Rows = NDArray[np.int64]

NO_TIME = np.iinfo(np.int64).max
"""Stands for an absent time: later than all others."""

_LOW = 0xFFFFFFFF
_SEVERAL = -2


@dataclass(frozen=True)
class Provenance:
    """What is known of nodes besides their tokens; that of the article that is first by (id, version).

    `texts`: of all articles; `article`: int64, the article that stands for each node; `times`: int64
    microseconds, the earliest of the node's articles, `NO_TIME` where absent; `printed`: int64,
    ascending, node << 32 | number of a source, for every source of its articles; `titles`: int32 number of
    the headline, -1 where absent; `tagged`: bool, whether the headline says that it updates or corrects
    another; `replaced`: int64, ascending, `pairs.pair_keys` of (replaced, replacing) nodes, by what they say
    themselves. `tells_sources`: whether "the same source" means something: there are several, or times tell
    items apart. A collection that gives one name to everything, and no time to anything, only names itself.
    """

    texts: Texts
    article: NDArray[np.int64]
    times: NDArray[np.int64]
    printed: Rows
    titles: NDArray[np.int32]
    tagged: NDArray[np.bool_]
    replaced: NDArray[np.int64]
    tells_sources: bool

    @cached_property
    def has_sources(self) -> bool:
        """Whether there are two sources or more."""
        return distinct(self.printed & _LOW).size > 1

    def apart(self, left: Rows, right: Rows) -> Rows:
        """Microseconds between each two nodes, `NO_TIME` where a time is absent."""
        first, last = np.sort([self.times[left], self.times[right]], axis=0)
        return np.where(last < NO_TIME, last - first, NO_TIME)

    def sources_of(self, nodes: Rows) -> tuple[Rows, Rows]:
        """All sources of the given nodes: which of these, and the number of the source."""
        first, last = (
            np.searchsorted(self.printed, nodes << 32),
            np.searchsorted(self.printed, nodes + 1 << 32),
        )
        sizes = last - first
        return np.repeat(np.arange(nodes.size), sizes), self.printed[places_of(first, sizes)] & _LOW

    @cached_property
    def _source(self) -> Rows:
        """The number of each node's source: -1 for none, `_SEVERAL` for several."""
        nodes = self.printed >> 32
        out = np.full(self.times.size, -1, np.int64)
        out[nodes] = self.printed & _LOW
        out[np.bincount(nodes, minlength=out.size) > 1] = _SEVERAL
        return out

    def by_one_source(self, left: Rows, right: Rows) -> NDArray[np.bool_]:
        """Whether some source has printed both nodes, for each two. A text and its copies are one node."""
        ours, theirs = self._source[left], self._source[right]
        same: NDArray[np.bool_] = (ours == theirs) & (ours >= 0)
        some = np.flatnonzero((ours == _SEVERAL) | (theirs == _SEVERAL))
        row, source = self.sources_of(left[some])
        keys = right[some][row] << 32 | source
        is_met = np.searchsorted(self.printed, keys) < np.searchsorted(self.printed, keys, "right")
        same[some[row[is_met]]] = True
        return same


# How agencies mark a headline that updates or corrects an earlier item: in capitals, or before a colon.
_MARKS = r"UPDATE|UPDATED|CORRECTED|CORRECTION|CORRECTS|REFILE|RECAST|RECASTS|WRITETHRU|CLARIFICATION"
TAGGED = (
    rf"^\W*(?:(?:{_MARKS})\b|(?i:{_MARKS})\s*\d*\s*:)"
    r"|(?i:\b\d+(?:st|nd|rd|th)[ -](?:ld|lead)\b|\bwritethru\b)"
)


def provenance(
    articles: pa.Table,
    texts: Texts,
    nodes: Nodes,
    times: Rows,
    ranks: Rows,
    tells_sources: bool | None = None,
) -> Provenance:
    """What is known of the nodes of articles, whose times and ranks are given.

    `tells_sources`: where they are a part of a collection, of all of it.
    """
    article = nodes.first(ranks)
    tagged = pc.match_substring_regex(articles["title"].fill_null(""), TAGGED).to_numpy()
    replaced = nodes.of_article[replaced_articles(articles, times, ranks)]
    keys = distinct(replaced[:, 0] << 32 | replaced[:, 1])
    sources = numbered(articles["source"])
    if tells_sources is None:
        tells_sources = int(sources.max(initial=-1)) > 0 or bool((times < NO_TIME).any())
    return Provenance(
        texts=texts,
        article=article,
        times=nodes.least(times),
        printed=distinct((nodes.of_article << 32 | sources)[sources >= 0]),
        titles=numbered(articles["title"])[article],
        tagged=tagged[article],
        replaced=keys[keys >> 32 != keys & _LOW],
        tells_sources=tells_sources,
    )


def numbered(names: pa.ChunkedArray) -> NDArray[np.int32]:
    """A number for each distinct name, -1 where absent."""
    if not len(names):
        return np.empty(0, np.int32)
    numbers = names.combine_chunks().dictionary_encode().indices.fill_null(-1).to_numpy()
    return np.asarray(numbers, np.int32)


def replaced_articles(articles: pa.Table, times: Rows, ranks: Rows) -> Rows:
    """Articles and those that replace them (x 2): by the versions of one id, and by prior ids of others."""
    ids = articles["id"].combine_chunks()
    codes = ids.dictionary_encode().indices.to_numpy() if len(ids) else np.empty(0, np.int32)
    parts = _versions(articles["version"], codes, times, ranks)
    priors = articles["prior_ids"].combine_chunks()
    owner, prior = pc.list_parent_indices(priors), pc.list_flatten(priors)
    if len(prior):
        places = pa.table({"id": ids, "place": np.arange(len(ids))})
        met = pa.table({"id": prior, "owner": owner}).join(places, "id", join_type="inner")
        said = np.stack([met["place"].to_numpy(), met["owner"].to_numpy()], axis=1)
        parts.append(said[codes[said[:, 0]] != codes[said[:, 1]]])
    return np.concatenate(parts)


def _versions(versions: pa.ChunkedArray, codes: NDArray[np.int32], times: Rows, ranks: Rows) -> list[Rows]:
    """The versions of each id, told by its code: each with the next one, and each with the last."""
    rows = np.flatnonzero(np.bincount(codes)[codes] > 1)
    names = [natural(version) for version in versions.take(pa.array(rows)).to_pylist()]
    facts = (codes[rows].tolist(), names, times[rows].tolist(), ranks[rows].tolist())
    rows = rows[[row for *_, row in sorted(zip(*facts, range(rows.size), strict=True))]]
    last = rows[np.searchsorted(codes[rows], codes[rows], "right") - 1]
    older = np.flatnonzero(np.diff(codes[rows]) == 0)
    return [np.stack([rows[older], newer], axis=1) for newer in (rows[older + 1], last[older])]


def natural(version: str | None) -> list[tuple[int, str]]:
    """A key that puts version 10 behind version 9, and none before all."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part)
        for part in re.split(r"(\d+)", version or "")
        if part
    ]
