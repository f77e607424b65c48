"""How an archive keeps what articles say: their texts, or outlines of them where texts must not be kept.

An outline has a character of the same kind for each of the text's: its tokens stand in the same places, its
names and numbers are such, and nothing can be read. What the words were is told by their hashes in
order, under a key of the archive: pseudonyms, which a list of words and the key undo.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.archive.rows import numbers, of
from dedup.attribution import Outlined
from dedup.folding import ALONE, CLASS_SHIFT, DIGIT, DROPS_SHIFT, LETTER, MARK, fold_table
from dedup.settings import Settings
from dedup.sketches import Sketches, places_of
from dedup.stages.credit import credits
from dedup.stages.origin import addresses_in
from dedup.stages.sketch import sketch, sketch_again
from dedup.store import Store
from dedup.texts import Texts

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Taken:
    """Articles off the shelf: their texts, or outlines, and sketches.

    Of outlined ones, row by row: `credit`, the agency that each credits, and `addresses`, the names of those
    that it links to. Both are empty with texts at hand.
    """

    texts: pa.ChunkedArray
    sketches: Sketches
    credit: Sequence[str | None] = ()
    addresses: Sequence[Sequence[str]] = ()


class Shelf:
    """Keeps texts."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def put(self, store: Store, number: Rows, texts: pa.ChunkedArray, _facts: pa.Table) -> None:
        """Keep articles; their titles and sources are given too."""
        store.add("texts", pa.table({"article": number.astype(np.uint32), "text": texts}))

    def take(self, store: Store, number: Rows) -> Taken:
        """Articles in the given order."""
        texts = _in_order(store, "texts", number)["text"].cast(pa.large_string())
        return Taken(texts, sketch(Texts(texts).blocks(), self.settings))

    def known(self, _taken: Taken) -> Outlined | None:
        """What is known of the first articles at hand, which are not read: nothing, where there are texts."""
        return None

    def bare(self, table: pa.Table) -> pa.Table:
        """A table of a report without what must not be kept."""
        return table


class OutlineShelf(Shelf):
    """Keeps outlines and token hashes."""

    def __init__(self, settings: Settings, key: str) -> None:
        super().__init__(settings)
        self._key = bytes.fromhex(key)

    def put(self, store: Store, number: Rows, texts: pa.ChunkedArray, facts: pa.Table) -> None:
        """Keep articles."""
        read = Texts(texts)
        every = np.arange(number.size)
        sketches = sketch(read.blocks(), self.settings)
        told: list[list[str]] = [[] for _ in every]
        for place, addresses in addresses_in(read, every):
            told[place] = sorted(map(self.name, addresses))
        columns = {
            "article": pa.array(number.astype(np.uint32)),
            "tokens": self._packed(sketches),
            "outline": pa.array(map(outline, texts.to_pylist()), pa.large_string()),
            "credit": pa.array(
                credits(read, every, *(facts[name] for name in ("title", "source", "byline"))), pa.string()
            ),
            "addresses": pa.array(told, pa.list_(pa.string())),
        }
        store.add("outlines", pa.table(columns))

    def _packed(self, sketches: Sketches) -> pa.Array:
        """The tokens of every article, under the key, as bytes."""
        sizes = np.diff(sketches.token_spans, axis=1)[:, 0]
        tokens = veiled(sketches.tokens[places_of(sketches.token_spans[:, 0], sizes)], self._key)
        offsets = 4 * np.append(0, np.cumsum(sizes))
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(tokens)]
        return pa.Array.from_buffers(pa.large_binary(), sizes.size, buffers)

    def take(self, store: Store, number: Rows) -> Taken:
        """Articles in the given order."""
        found = _in_order(store, "outlines", number)
        packed = found["tokens"].cast(pa.large_binary()).combine_chunks()
        offsets = np.frombuffer(packed.buffers()[1], np.int64)[packed.offset :][: len(packed) + 1] // 4
        octets = packed.buffers()[2] or b""
        tokens = unveiled(np.frombuffer(octets, np.uint32)[offsets[0] : offsets[-1]], self._key)
        spans = np.stack([offsets[:-1], offsets[1:]], axis=1) - offsets[0]
        return Taken(
            found["outline"].cast(pa.large_string()),
            sketch_again(tokens, spans, self.settings),
            found["credit"].to_pylist(),
            found["addresses"].to_pylist(),
        )

    def known(self, taken: Taken) -> Outlined | None:
        """What is known of the articles that were taken, the first ones at hand."""
        return _Known(taken.credit, taken.addresses, self.name)

    def bare(self, table: pa.Table) -> pa.Table:
        """A table of a report without texts."""
        at = table.column_names.index("text")
        return table.set_column(at, "text", pa.array([""] * table.num_rows, pa.large_string()))

    def name(self, address: str) -> str:
        """16 hex digits of an address, under the key."""
        return hashlib.blake2b(address.encode(), digest_size=8, key=self._key).hexdigest()


def _in_order(store: Store, table: str, number: Rows) -> pa.Table:
    """What a table has of articles, in the given order: mostly its own, which saves sorting texts."""
    with store.frugal():
        found = store.rows(
            f"SELECT * FROM {table} SEMI JOIN wanted USING (article)", wanted=of("article", number)
        )
    held = numbers(found, "article")
    order = np.argsort(held)
    row = order[np.searchsorted(held[order], number)]
    return found if np.array_equal(row, np.arange(len(found))) else found.take(pa.array(row))


@dataclass(frozen=True)
class _Known:
    """See `attribution.Outlined`; articles from `len(credit)` on are read."""

    credit: Sequence[str | None]
    addresses: Sequence[Sequence[str]]
    name_of: Callable[[str], str]

    def name(self, address: str) -> str:
        return self.name_of(address)

    def told(self, article: Rows, read: Iterable[tuple[int, set[str]]]) -> Iterator[tuple[int, set[str]]]:
        known = self.addresses
        for place, addresses in read:
            if article[place] >= len(known):
                yield place, set(map(self.name_of, addresses))
        for place in np.flatnonzero(article < len(known)).tolist():
            if known[article[place]]:
                yield place, set(known[article[place]])

    def credited(self, article: Rows, read: list[str | None]) -> list[str | None]:
        known = self.credit
        return [
            known[number] if number < len(known) else said
            for number, said in zip(article.tolist(), read, strict=True)
        ]


# A capital, a small letter and one that is neither; of scripts whose marks count, and of those whose drop.
_LETTERS = ("\u0531\u0561\u05d0", "Xx\u0294")
_OTHERS = {DIGIT: "0", MARK: "\u0301", ALONE: "\u5b57"}


class _Outlines(dict[int, str]):
    """For each code point what stands for it, found when it is first asked for."""

    def __missing__(self, code: int) -> str:
        entry, char = int(fold_table().entries[code]), chr(code)
        kind, drops = entry >> CLASS_SHIFT & 15, entry >> DROPS_SHIFT & 1
        told = char
        if kind == LETTER and char.isalpha():
            told = _LETTERS[drops][0 if char.isupper() else 1 if char.islower() else 2]
        elif kind in (MARK, ALONE) or (kind == DIGIT and char.isdecimal()):
            told = _OTHERS[kind]
        self[code] = told
        return told


_OUTLINES = _Outlines()


def outline(text: str) -> str:
    """A text with each letter, digit, mark and character that stands alone replaced by one of its kind.

    What is none of these stays: punctuation, and signs such as ½, ² and ™.
    """
    return text.translate(_OUTLINES)


def veiled(tokens: NDArray[np.uint32], key: bytes) -> NDArray[np.uint32]:
    """Token hashes under a key: one to one, so that `unveiled` gives them back."""
    for odd, mask in _rounds(key):
        tokens = (tokens ^ mask) * odd
        tokens ^= tokens >> np.uint32(16)
    return tokens


def unveiled(tokens: NDArray[np.uint32], key: bytes) -> NDArray[np.uint32]:
    """What `veiled` was given."""
    for odd, mask in reversed(_rounds(key)):
        tokens = tokens ^ (tokens >> np.uint32(16))
        tokens = (tokens * np.uint32(pow(int(odd), -1, 1 << 32))) ^ mask
    return tokens


def _rounds(key: bytes) -> list[tuple[np.uint32, np.uint32]]:
    """Three times a factor and a mask, from the key."""
    words = np.frombuffer(hashlib.blake2b(key, digest_size=24).digest(), np.uint32)
    return [(odd | np.uint32(1), mask) for odd, mask in words.reshape(3, 2)]
