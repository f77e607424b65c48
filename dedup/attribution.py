"""Members of clusters into the agencies they credit, the origins of their stories, and the ones to keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.provenance import NO_TIME
from dedup.sketches import distinct
from dedup.stages.cluster import Facts, Members
from dedup.stages.origin import Links, Origins, credited, linked, origins
from dedup.texts import Texts


@dataclass(frozen=True)
class Attribution:
    """What is told of each member: `credit`, the agency it credits; `votes`: int64, how many members of its
    cluster credit its source; and `origins`.
    """

    credit: list[str | None]
    votes: NDArray[np.int64]
    origins: Origins


class Outlined(Links, Protocol):
    """What is known of articles whose texts are not at hand."""

    def credited(self, article: NDArray[np.int64], read: list[str | None]) -> list[str | None]:
        """The agency that each article credits; `read`: what its text says, as far as there is one."""
        ...


def attribute(
    articles: pa.Table, texts: Texts, members: Members, facts: Facts, outlined: Outlined | None = None
) -> Attribution:
    """Whom the members credit, and who had their stories first."""
    from dedup.stages.credit import credits  # 0.1 s of patterns, while kernels find places

    rows, lead = members.article, members.lead
    titles, sources, bylines = (
        articles[name].combine_chunks().take(pa.array(rows)) for name in ("title", "source", "byline")
    )
    credit = credits(texts, rows, titles, sources, bylines)
    if outlined is not None:
        credit = outlined.credited(rows, credit)
    votes = credited(lead, credit, sources.to_pylist())
    links = linked(articles, texts, rows, lead, outlined)
    standing = (-links, -votes, facts.times[rows], -members.coverage, facts.ranks[rows])
    return Attribution(credit, votes, origins(rows, lead, standing))


def chosen(
    rule: str, texts: Texts, members: Members, attribution: Attribution, facts: Facts
) -> NDArray[np.int64]:
    """The article of each cluster that is kept by a rule of `dedup.settings.KEEP_RULES` (int64)."""
    rows, lead = members.article, members.lead
    times, ranks = facts.times[rows], facts.ranks[rows]
    if rule == "lead":
        return distinct(lead)
    if rule == "origin":
        return distinct(attribution.origins.article)
    keys: tuple[NDArray[np.int64], ...]
    if rule == "longest":
        keys = (-texts.octets(rows),)
    elif rule == "latest":
        keys = (np.where(times == NO_TIME, NO_TIME, -times),)
    else:
        credits_one = np.array([name is not None for name in attribution.credit], bool)
        place = np.select([attribution.votes > 0, credits_one, rows == lead], [0, 1, 2], 3)
        keys = (times, -attribution.votes, place)
    order = np.lexsort((ranks, *keys, lead))
    best: NDArray[np.int64] = rows[order[np.diff(lead[order], prepend=-1) != 0]]
    return best
