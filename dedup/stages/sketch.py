"""Texts into sketches: tokens, signatures and fingerprints."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.cache import kept
from dedup.folding import fold_table, is_mark
from dedup.kernels.sketch import sketch_block, sketch_tokens
from dedup.room import Room
from dedup.settings import Settings
from dedup.sketches import Sketches, spans_of
from dedup.texts import Block
from dedup.threads import in_order

SEED = 1  # of the permutations; part of what makes signatures comparable


@cache
def permutations(number: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The `a` and `b` of datasketch's `affine32` scheme (Zhu, datasketch 2.0), each uint32 of `number`."""
    return kept(f"permutations-{version('datasketch')}-{number}", lambda: _permutations(number))


def _permutations(number: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    from datasketch import MinHash  # 0.4 s, and needed once per installation

    a, b = MinHash(num_perm=number, seed=SEED, scheme="affine32").permutations
    return np.ascontiguousarray(a), np.ascontiguousarray(b)


def sketch(blocks: Iterable[Block], settings: Settings, room: Room | None = None) -> Sketches:
    """Sketch all texts, on threads, while the blocks come in: they may still be read."""
    table = (fold_table().entries, fold_table().multi)
    sizes = (settings.shingle, settings.kgram, settings.window)
    functions = permutations(settings.permutations)
    own = threading.local()  # room that is used again: fresh memory costs more than filling it

    def work(texts: Block) -> tuple[NDArray[Any], ...]:
        n = len(texts)
        most = int(texts.offsets[-1] - texts.offsets[0]) // 2 + n  # every token is followed by another octet
        if getattr(own, "most", 0) < most:
            own.most, own.room = most, (np.empty(most, np.uint32), np.empty(most, np.uint32))
        counts, hashes, print_counts = np.empty(n, np.int32), np.empty(n, np.uint64), np.empty(n, np.int32)
        signatures = np.empty((n, settings.permutations), np.uint32)
        out = (counts, hashes, signatures, print_counts)
        ends = sketch_block(texts.data, texts.offsets, table, functions, sizes, own.room, out)
        spans = [
            spans_of(number) + pile.add(some[:end])
            for number, pile, some, end in zip((counts, print_counts), piles, own.room, ends, strict=True)
        ]
        return signatures.reshape(-1), counts, hashes, *spans

    room = room or Room()
    signatures, *piles = (room.pile(np.uint32) for _ in range(3))  # tokens and fingerprints in any order
    small: list[tuple[NDArray[Any], ...]] = [
        (np.empty(0, np.int32), np.empty(0, np.uint64), *(np.empty((0, 2), np.int64) for _ in piles))
    ]
    for of_signatures, *some in in_order(work, blocks, settings.workers):
        signatures.add(of_signatures)
        small.append(tuple(some))
    counts, hashes, token_spans, print_spans = (np.concatenate(parts) for parts in zip(*small, strict=True))
    tokens, prints = (pile.filled() for pile in piles)
    known = signatures.filled().reshape(-1, settings.permutations)
    return Sketches(counts, hashes, known, tokens, token_spans, prints, print_spans)


def sketch_again(tokens: NDArray[np.uint32], spans: NDArray[np.int64], settings: Settings) -> Sketches:
    """The sketches of articles whose token hashes are known: `tokens[spans[i, 0]:spans[i, 1]]`."""
    n = spans.shape[0]
    functions = permutations(settings.permutations)
    sizes = (settings.shingle, settings.kgram, settings.window)
    hashes, print_counts = np.empty(n, np.uint64), np.empty(n, np.int32)
    signatures = np.empty((n, settings.permutations), np.uint32)
    prints = np.empty(tokens.size + 1, np.uint32)
    size = sketch_tokens(tokens, spans, functions, sizes, prints, (hashes, signatures, print_counts))
    counts = (spans[:, 1] - spans[:, 0]).astype(np.int32)
    return Sketches(counts, hashes, signatures, tokens, spans, prints[:size], spans_of(print_counts))


def shingle_hash(shingle: bytes) -> int:
    """The hash of one shingle: folded tokens in UTF-8 with a space between.

    This is the `hashfunc` with which `datasketch.MinHash(scheme="affine32", seed=1)` gives our signatures.
    """
    mask = 0xFFFFFFFFFFFFFFFF
    rolling = 0
    for token in shingle.decode().split(" "):
        hashed = 0xCBF29CE484222325
        for char in token:
            if is_mark(char):
                hashed = (hashed + ord(char) * 0x9FB21C651E98DF25) & mask
            else:
                hashed = ((hashed ^ ord(char)) * 0x100000001B3) & mask
        hashed = ((hashed * 0xFF51AFD7ED558CCD) & mask) >> 32
        rolling = (rolling * 0x9E3779B97F4A7C15 + hashed + 1) & mask
    return (((rolling ^ (rolling >> 32)) * 0xFF51AFD7ED558CCD) & mask) >> 32
