# /// script
# requires-python = ">=3.11"
# dependencies = ["gaoya==0.2.2", "msgspec==0.22.0"]
# ///
"""A whole run with gaoya: its own word 3-shingles, bands and verification at a Jaccard of 0.7.

    python -m benchmarks.competitors.gaoya FEED.jsonl OUT.csv

Fast paths used: `par_bulk_insert_docs` and `par_bulk_query` tokenise, sign, index and query in Rust on
every core; 32-bit hashes and the `smallvec` container were the quickest of those offered. A query
gives only documents whose signatures agree to the threshold. There is no call that joins the index with
itself, so every article is signed twice.
(Run as a module: as a plain script this file would import itself instead of the library.)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gaoya.minhash import MinHashStringIndex

from benchmarks.competitors.whole_run import PERMUTATIONS, THRESHOLD, read, run, whole


def find(feed: Path) -> tuple[list[str], Iterator[tuple[int, int]]]:
    """Ids of the feed, and the pairs whose estimated Jaccard reaches the threshold."""
    articles = read(whole(feed))
    texts = [article.text for article in articles]
    index = MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=THRESHOLD,
        num_bands=None,  # chosen by the library for the threshold: 32 bands of 4
        band_size=None,
        num_hashes=PERMUTATIONS,
        analyzer="word",
        lowercase=True,
        ngram_range=(3, 3),
        id_container="smallvec",
    )
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    found = index.par_bulk_query(texts)
    return [article.id for article in articles], (
        (a, b) for b, alike in enumerate(found) for a in alike if a < b
    )


if __name__ == "__main__":
    run(find)
