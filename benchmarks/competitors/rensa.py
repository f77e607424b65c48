# /// script
# requires-python = ">=3.11"
# dependencies = ["rensa==0.5.0", "msgspec==0.22.0"]
# ///
"""A whole run with rensa: R-MinHash over word 3-shingles, its LSH, its Jaccard estimate ≥ 0.7.

    python -m benchmarks.competitors.rensa FEED.jsonl OUT.csv

Fast paths used: `from_token_sets` signs a batch in Rust, `insert_many` and `query_all` index and query in
bulk. Shingling is Python's and by far the larger part of the work, so it and the signing run in one
process per core; the index is built in one. The faster rho sketch samples tokens by their place and only
tells that a document has a duplicate, not which one, so it cannot give clusters.
(Run as a module: as a plain script this file would import itself instead of the library.)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rensa import RMinHash, RMinHashLSH

from benchmarks.competitors.whole_run import (
    BANDS,
    PERMUTATIONS,
    THRESHOLD,
    Part,
    in_parallel,
    read,
    run,
    word_shingles,
)

SEED = 42


def sign(part: Part) -> tuple[list[str], list[RMinHash]]:
    """Ids and signatures of one part of the feed."""
    articles = read(part)
    shingles = [word_shingles(article.text) for article in articles]
    return [article.id for article in articles], RMinHash.from_token_sets(shingles, PERMUTATIONS, SEED)


def find(feed: Path) -> tuple[list[str], Iterator[tuple[int, int]]]:
    """Ids of the feed, and the pairs whose estimated Jaccard reaches the threshold."""
    ids: list[str] = []
    signatures: list[RMinHash] = []
    for part_ids, part_signatures in in_parallel(sign, feed):
        ids += part_ids
        signatures += part_signatures
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=BANDS)
    index.insert_many(signatures)
    pairs = (
        (a, b)
        for b, candidates in enumerate(index.query_all(signatures))
        for a in candidates
        if a < b and signatures[a].jaccard(signatures[b]) >= THRESHOLD
    )
    return ids, pairs


if __name__ == "__main__":
    run(find)
