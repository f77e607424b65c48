"""Articles of equal tokens into one node each, numbered fullest first."""

from __future__ import annotations

import numpy as np

from dedup.sketches import FEWEST_TOKENS, Nodes, Sketches


def collapse(sketches: Sketches) -> Nodes:
    """One node per distinct token sequence; articles under `FEWEST_TOKENS` tokens stay apart."""
    counts, hashes = sketches.counts, sketches.hashes
    order = np.lexsort((hashes, -counts))
    is_first = np.ones(order.size, bool)
    same = (hashes[order[1:]] == hashes[order[:-1]]) & (counts[order[1:]] == counts[order[:-1]])
    is_first[1:] = ~same | (counts[order[1:]] < FEWEST_TOKENS)
    of_article = np.empty(order.size, np.int64)
    of_article[order] = np.cumsum(is_first) - 1
    first = order[is_first]
    return Nodes(
        of_article=of_article,
        members=order,
        member_starts=np.append(np.flatnonzero(is_first), order.size),
        counts=counts[first],
        signatures=sketches.signatures[first],
        tokens=sketches.tokens,
        token_spans=sketches.token_spans[first],
        prints=sketches.prints,
        print_spans=sketches.print_spans[first],
        boilerplate=np.zeros(sketches.tokens.size, np.bool_),
        own=counts[first],
    )
