# /// script
# requires-python = ">=3.11"
# dependencies = ["text-dedup==0.4.0", "datasets==5.2.0", "xxhash==4.1.0", "msgspec==0.22.0"]
# ///
"""A whole run with text-dedup: its own command for MinHash over word 3-shingles, at a threshold of 0.7.

    python -m benchmarks.competitors.text_dedup FEED.jsonl OUT.csv

Fast paths used: xxh3 hashes of 32 bits in place of SHA-1, one process per core. The command chooses its
own bands, joins articles that share one, and writes what is left when one of each cluster is kept; the
clusters are read from the sets it leaves in memory. Nothing it caches outlives the run.
(Run as a module: as a plain script this file would import itself instead of the library.)
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.competitors.whole_run import CORES, PERMUTATIONS, THRESHOLD, read, run, whole


def find(feed: Path) -> tuple[list[str], Iterator[tuple[int, int]]]:
    """Ids of the feed, and each article that shares a band beside the first of its cluster."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HF_HOME": folder, "HF_HUB_OFFLINE": "1"}
        from text_dedup import minhash

        options = {
            "path": "json",
            "data_files": feed,
            "split": "train",
            "cache_dir": f"{folder}/cache",
            "output": f"{folder}/kept",
            "column": "text",
            "ngram": 3,
            "num_perm": PERMUTATIONS,
            "threshold": THRESHOLD,
            "hash_func": "xxh3",
            "hash_bits": 32,
            "num_proc": CORES,
        }
        command = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        minhash.main(command, standalone_mode=False)
        joined = minhash.uf
    ids = [article.id for article in read(whole(feed))]
    return ids, ((joined.find(article), article) for article in list(joined.parent))


if __name__ == "__main__":
    run(find)
