"""Signatures equal datasketch's, and feed its index."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH

import dedup
from dedup.settings import Settings
from dedup.stages.sketch import permutations
from tests import reference
from tests.stages.made import sketches_of

WIRE = Path(__file__).resolve().parent.parent.parent / "data" / "wire.jsonl"


def wire() -> dict[str, str]:
    """The texts of the sample feed."""
    lines = WIRE.read_text(encoding="utf-8").splitlines()
    return {article["id"]: article["text"] for article in map(json.loads, lines)}


def check(texts: list[str]) -> None:
    for text, signature in zip(texts, sketches_of(texts).signatures, strict=True):
        folds = [token.fold for token in reference.tokenise(text)]
        assert signature.tolist() == reference.minhash(folds, dedup.shingle_hash)


def test_signatures_of_the_sample_feed_are_datasketchs() -> None:
    check(list(wire().values()))


@pytest.mark.parametrize("name", ["fnc1_train", "reuters21578_1_4000", "senate_2007_11", "onestop_english"])
def test_signatures_of_real_articles_are_datasketchs(shared: Path, name: str) -> None:
    with (shared / "data" / f"{name}.jsonl").open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line, _ in zip(lines, range(40), strict=False)]
    check(texts)


def test_signatures_of_the_throughput_corpus_are_datasketchs(shared: Path) -> None:
    with gzip.open(shared / "data" / "senate_full.jsonl.gz", "rt", encoding="utf-8") as lines:
        check([json.loads(line)["text"] for line, _ in zip(lines, range(20), strict=False)])


def test_a_sketch_feeds_an_index_of_datasketch() -> None:
    sketch = dedup.sketch(str(WIRE))
    index = MinHashLSH(threshold=0.7, num_perm=128)
    signed = {
        row["id"]: MinHash(
            hashvalues=np.array(row["signature"], np.uint32),
            num_perm=128,
            seed=1,
            scheme="affine32",
            hashfunc=dedup.shingle_hash,
        )
        for row in sketch.to_pylist()
    }
    for key, signature in signed.items():
        index.insert(key, signature)
    texts = wire()
    for key, other in (("hw-101", "bg-201"), ("hs-821", "gb-822")):
        query = MinHash(num_perm=128, seed=1, scheme="affine32", hashfunc=dedup.shingle_hash)
        words = [token.fold for token in reference.tokenise(texts[key])]
        query.update_batch(
            [" ".join(shingle).encode() for shingle in zip(words, words[1:], words[2:], strict=False)]
        )
        assert {key, other} <= set(index.query(query))
        assert query.jaccard(signed[other]) == 1.0


def test_permutations_are_those_of_datasketch() -> None:
    a, b = MinHash(num_perm=64, seed=1, scheme="affine32").permutations
    assert np.array_equal(permutations(64)[0], a)
    assert np.array_equal(permutations(64)[1], b)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_any_number_of_threads_gives_the_same_sketches(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = list(wire().values())
    one = sketches_of(texts)
    monkeypatch.setattr("dedup.texts._BLOCK_BYTES", 500)
    other = sketches_of(texts, Settings(threads=threads))
    for name in ("counts", "hashes", "signatures"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    for spans, values in (("token_spans", "tokens"), ("print_spans", "prints")):  # these lie in any order
        assert [getattr(one, values)[slice(*span)].tolist() for span in getattr(one, spans)] == [
            getattr(other, values)[slice(*span)].tolist() for span in getattr(other, spans)
        ]


@pytest.mark.parametrize("char", ["a", "é", "漢", "😀", "a漢", "1,", "-1"])
def test_there_is_room_for_as_many_tokens_as_a_text_can_hold(char: str) -> None:
    texts = [char * 50, " ".join([char] * 50), "", char]
    assert sketches_of(texts).counts.tolist() == [len(reference.tokenise(text)) for text in texts]
