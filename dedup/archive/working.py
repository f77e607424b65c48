"""Articles of an archive and of tonight's feed, side by side, as the stages take them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.archive.shelf import Taken
from dedup.articles import ARTICLES
from dedup.attribution import Outlined
from dedup.sketches import Sketches
from dedup.stages.identify import Identified, ranks_of
from dedup.texts import Texts

Rows = NDArray[np.int64]

FACTS = [name for name in ARTICLES.names if name not in ("text", "input", "record", "status", "embargoed")]


@dataclass(frozen=True)
class Working:
    """Articles at hand, the archived ones first.

    `number`: int64, what the archive calls them, `node`: int64, the same for their nodes; `known` and
    `sketches`: as the stages take them; `outlined`: what is known of those whose texts are not kept.
    """

    number: Rows
    node: Rows
    known: Identified
    sketches: Sketches
    outlined: Outlined | None

    def __len__(self) -> int:
        return self.number.size


def put_together(
    facts: pa.Table,
    archived: Taken,
    given: tuple[pa.ChunkedArray, Sketches, Rows],
) -> tuple[Identified, Sketches]:
    """Articles with their texts and sketches: `archived` ones, and of the `given` texts those in some rows.

    `facts`: the columns `FACTS` of both, in this order.
    """
    texts, sketches = archived.texts, archived.sketches
    column, of_feed, rows = given
    every = pa.chunked_array([*texts.chunks, *column.chunks], pa.large_string())
    number = np.concatenate([np.arange(len(texts)), len(texts) + rows])
    ones = pa.array(np.zeros(facts.num_rows, np.int64))
    articles = facts.append_column("input", ones.cast(pa.int32())).append_column("record", ones)
    known = Identified(
        articles=articles,
        texts=Texts(every, number),
        of_record=np.arange(number.size),
        first_record=np.arange(number.size),
        ranks=ranks_of(articles),
        counts={},
    )
    return known, joined(sketches, of_feed.take(rows))


def joined(one: Sketches, other: Sketches) -> Sketches:
    """Two sets of sketches as one."""
    if not one.counts.size:
        return other
    if not other.counts.size:
        return one
    return Sketches(
        counts=np.concatenate([one.counts, other.counts]),
        hashes=np.concatenate([one.hashes, other.hashes]),
        signatures=np.concatenate([one.signatures, other.signatures]),
        tokens=np.concatenate([one.tokens, other.tokens]),
        token_spans=np.concatenate([one.token_spans, other.token_spans + one.tokens.size]),
        prints=np.concatenate([one.prints, other.prints]),
        print_spans=np.concatenate([one.print_spans, other.print_spans + one.prints.size]),
    )
