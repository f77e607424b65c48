# /// script
# requires-python = ">=3.11"
# dependencies = ["daft==0.7.26", "msgspec==0.22.0"]
# ///
"""A whole run with Daft: its `minhash` over word 3-shingles, then 16 bands of 8.

    python -m benchmarks.competitors.daft FEED.jsonl OUT.csv

Fast paths used: JSON lines, lower case, white space and signatures are Daft's own expressions. It reads a
file on one core, so the feed is cut into parts first; smaller batches of rows took four times the CPU time.
Bands and clusters are ours: its guide groups bands by `explode` and `groupby` and finds components by joins
of tables, and the grouping alone took ten times the CPU time of this whole run. Articles that share a band
are joined; nothing holds them to an estimate.
(Run as a module: as a plain script this file would import itself instead of the library.)
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import daft
from daft import DataType, col
from daft.functions import minhash, normalize

from benchmarks.competitors.whole_run import BANDS, PERMUTATIONS, cut, run

FIELDS = {"id": DataType.string(), "text": DataType.string()}
HASH_BYTES = 4
BAND_BYTES = PERMUTATIONS // BANDS * HASH_BYTES


def sharing_a_band(signatures: memoryview, count: int) -> Iterator[tuple[int, int]]:
    """Each article beside the first one that has its band, where that is another."""
    for band in range(BANDS):
        first_with: dict[bytes, int] = {}
        for article in range(count):
            start = (article * BANDS + band) * BAND_BYTES
            first = first_with.setdefault(bytes(signatures[start : start + BAND_BYTES]), article)
            if first != article:
                yield first, article


def find(feed: Path) -> tuple[list[str], Iterator[tuple[int, int]]]:
    """Ids of the feed, and the pairs that share a band."""
    daft.set_runner_native()
    words = normalize(col("text"), lowercase=True, white_space=True)
    signature = minhash(words, num_hashes=PERMUTATIONS, ngram_size=3, hash_function="xxhash3_64")
    with tempfile.TemporaryDirectory() as folder:
        cut(feed, Path(folder, "cut"))
        articles = daft.read_json(f"{folder}/cut/*.jsonl", infer_schema=False, schema=FIELDS)
        signed = articles.select("id", signature.alias("signature")).to_arrow()
    hashes = signed["signature"].combine_chunks().flatten()
    signatures = memoryview(hashes.buffers()[1])[hashes.offset * HASH_BYTES :]
    ids = signed["id"].to_pylist()
    return ids, sharing_a_band(signatures, len(ids))


if __name__ == "__main__":
    run(find)
