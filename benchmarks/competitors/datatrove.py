# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "datatrove==0.10.1", "msgspec==0.22.0", "orjson==3.13.0", "regex==2026.11.19", "tokenizers==0.23.3",
#     "xxhash==3.6.0",
# ]
# ///
"""A whole run with datatrove: its MinHash pipeline over word 3-shingles, 16 bands of 8, up to the clusters.

    python -m benchmarks.competitors.datatrove FEED.jsonl OUT.csv

Fast paths used: xxhash of 32 bits, one process per core in the first two steps. A task reads whole files, so
the feed is cut into parts first. Texts are put into lower case and nothing else, and words are what stands
between spaces: both quicker than what it does by itself. Articles that share a band are joined; nothing
holds them to an estimate.
(Run as a module: as a plain script this file would import itself instead of the library.)
"""

from __future__ import annotations

import itertools
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.dedup import minhash
from datatrove.pipeline.readers import JsonlReader
from datatrove.utils.hashing import HashConfig
from datatrove.utils.text import TextNormConfig
from datatrove.utils.word_tokenizers import WordTokenizer

from benchmarks.competitors.whole_run import BANDS, CORES, PERMUTATIONS, cut, run

LOWER_CASE_ONLY = TextNormConfig(
    norm_whitespace=False, remove_punctuation=False, norm_unicode_diacritics=False, norm_numbers=False
)
CONFIG = minhash.MinhashConfig(
    n_grams=3,
    num_buckets=BANDS,
    hashes_per_bucket=PERMUTATIONS // BANDS,
    norm_config=LOWER_CASE_ONLY,
    hash_config=HashConfig(precision=32, hash_fc="xxhash"),
)


class Spaces(WordTokenizer):  # type: ignore[misc]  # its types are in its own environment
    """Words are what stands between spaces."""

    def word_tokenize(self, text: str) -> list[str]:
        """The words of a text."""
        return text.split()

    sent_tokenize = span_tokenize = word_tokenize  # asked for by the class, called by no step here


def step(logs: Path, tasks: int, *pipeline: PipelineStep) -> None:
    """One step of the pipeline, its tasks spread over the cores."""
    workers = min(tasks, CORES)
    LocalPipelineExecutor(list(pipeline), tasks, workers, str(logs), start_method="fork").run()


def find(feed: Path) -> tuple[list[str], Iterator[tuple[int, int]]]:
    """Ids of the feed, and each article of a cluster beside the first of it."""
    minhash.load_word_tokenizer = lambda _: Spaces()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts, signed, alike, joined = (str(folder / part) for part in ("texts", "signed", "alike", "joined"))
        ids = cut(feed, Path(texts))
        step(folder / "1", len(ids), JsonlReader(texts), minhash.MinhashDedupSignature(signed, CONFIG))
        step(folder / "2", BANDS, minhash.MinhashDedupBuckets(signed, alike, config=CONFIG))
        step(folder / "3", 1, minhash.MinhashDedupCluster(alike, joined, CONFIG, save_cluster_id=True))
        pairs = list(clustered(Path(joined), list(map(len, ids))))
    return list(itertools.chain.from_iterable(ids)), iter(pairs)


def clustered(folder: Path, sizes: list[int]) -> Iterator[tuple[int, int]]:
    """Each article of a cluster beside the first of it, from the files of (place in its part, cluster)."""
    first_of: dict[int, int] = {}
    for part, before in enumerate(itertools.accumulate(sizes, initial=0)):
        path = folder / f"{part:06}.clusters"
        for place, cluster in struct.iter_unpack("<2I", path.read_bytes() if path.exists() else b""):
            yield first_of.setdefault(cluster, before + place), before + place


if __name__ == "__main__":
    run(find)
