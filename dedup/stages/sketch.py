"""Texts into sketches: tokens, signatures and fingerprints."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from dedup.cache import kept
from dedup.folding import fold_table, is_mark
from dedup.kernels.sketch import sketch_block
from dedup.settings import Settings
from dedup.sketches import Sketches, spans_of
from dedup.texts import Block, Texts
from dedup.threads import in_order, untold

SEED = 1  # of the permutations; part of what makes signatures comparable


@cache
def permutations(number: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The `a` and `b` of datasketch's `affine32` scheme (Zhu, datasketch 2.0), each uint32 of `number`."""
    return kept(f"permutations-{version('datasketch')}-{number}", lambda: _permutations(number))


def _permutations(number: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    from datasketch import MinHash  # 0.4 s, and needed once per installation

    a, b = MinHash(num_perm=number, seed=SEED, scheme="affine32").permutations
    return np.ascontiguousarray(a), np.ascontiguousarray(b)


def sketch(texts: Texts, settings: Settings, progress: Callable[[float], None] = untold) -> Sketches:
    """Sketch all texts, on threads."""
    table = (fold_table().entries, fold_table().multi)
    sizes = (settings.shingle, settings.kgram, settings.window)
    functions = permutations(settings.permutations)
    n = len(texts)
    out = (np.empty(n, np.int32), np.empty(n, np.uint64), np.empty((n, settings.permutations), np.uint32))
    print_counts = np.empty(n, np.int32)

    def work(block: tuple[int, Block]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        start, texts = block
        own = slice(start, start + texts.offsets.size - 1)
        tokens, prints, print_counts[own] = sketch_block(
            texts.data,
            texts.offsets,
            table,
            functions,
            sizes,
            (out[0][own], out[1][own], out[2][own]),
        )
        return tokens, prints

    most = texts.octets // 2 + n  # every token but the last is followed by another octet
    tokens, prints = _Growing(most), _Growing(most)
    done = 0
    blocks = []
    for texts_of_block in texts.blocks():
        blocks.append((done, texts_of_block))
        done += texts_of_block.offsets.size - 1
    for number, (some_tokens, some_prints) in enumerate(in_order(work, blocks, settings.workers)):
        tokens.extend(some_tokens)
        prints.extend(some_prints)
        progress((number + 1) / len(blocks))
    return Sketches(*out, tokens.filled, spans_of(out[0]), prints.filled, spans_of(print_counts))


class _Growing:
    """An array that is filled block by block; room that is never filled takes no memory."""

    def __init__(self, most: int) -> None:
        self._room = np.empty(most, np.uint32)
        self._size = 0

    def extend(self, values: NDArray[np.uint32]) -> None:
        self._room[self._size : self._size + values.size] = values
        self._size += values.size

    @property
    def filled(self) -> NDArray[np.uint32]:
        return self._room[: self._size]


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
