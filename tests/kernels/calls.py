"""The kernels called with plain values, in one place: a changed signature changes nothing but this."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.folding import fold_table
from dedup.kernels import (
    align,
    around,
    assign,
    boilerplate,
    chain,
    keywords,
    kinds,
    meeting,
    places,
    plain,
    postings,
    repeats,
    sketch,
    stretches,
    swaps,
    tokens,
)
from dedup.kernels.lines import add_sizes, put_cells
from dedup.stages.sketch import permutations
from tests.reference import Told

Ints = Sequence[int]
Flags = Sequence[bool]
Row = tuple[int, ...]

# As plain Python a kernel takes some hundred times as long; compiled, its twin is what takes time.
EXAMPLES = 50 if os.environ.get("NUMBA_DISABLE_JIT") == "1" else 100


def u32(values: Ints) -> NDArray[np.uint32]:
    """An array of token hashes."""
    return np.array(values, np.uint32)


def listed(values: NDArray[Any]) -> list[int]:
    """Plain integers."""
    return [int(value) for value in values]


def table() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The fold table as the kernels take it."""
    entries, multi = fold_table()
    return entries, multi


def flat(articles: Sequence[Any], dtype: Any) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """All articles one after another, and where each starts and ends."""
    ends = np.cumsum([len(article) for article in articles], dtype=np.int64)
    spans = np.stack([ends - [len(article) for article in articles], ends], axis=1)
    return np.concatenate([np.array(list(article), dtype) for article in articles]), spans.astype(np.int64)


def tokenize(text: str | bytes) -> list[tuple[int, int, int]]:
    """The hash, start and end of every token."""
    data = np.frombuffer(text.encode() if isinstance(text, str) else text, np.uint8)
    hashes = np.empty(data.size, np.uint32)
    starts, ends = np.empty(data.size, np.int32), np.empty(data.size, np.int32)
    n = tokens.tokenize(data, 0, data.size, *table(), hashes, starts, ends)
    return list(zip(hashes[:n].tolist(), starts[:n].tolist(), ends[:n].tolist(), strict=True))


def ascii_places(text: str) -> list[tuple[int, int, bool]]:
    """The start and end of every token of a text of ASCII, and whether it has a digit."""
    data = np.frombuffer(text.encode("ascii"), np.uint8)
    classes, bounds = plain.ascii_classes(table()[0]), np.empty(2 * data.size + 4, np.int32)
    starts, ends = np.empty(data.size, np.int32), np.empty(data.size, np.int32)
    digits = np.empty(data.size, np.uint8)
    n = plain.ascii_places(data, 0, data.size, classes, bounds, (starts, ends, digits))
    return list(zip(*(some[:n].tolist() for some in (starts, ends)), map(bool, digits[:n]), strict=True))


def shingles(of: Ints, size: int = 3) -> list[int]:
    """The shingle hashes."""
    out = np.empty(len(of), np.uint32)
    return listed(out[: sketch.shingles(u32(of), size, out)])


def kgrams(of: Ints, size: int = 6) -> list[int]:
    """The k-gram hashes."""
    out = np.empty(len(of), np.uint32)
    return listed(out[: sketch.kgrams(u32(of), size, out)])


def winnow(hashes: Ints, window: int) -> list[int]:
    """The fingerprints."""
    out = np.empty(len(hashes), np.uint32)
    return listed(out[: sketch.winnow(u32(hashes), len(hashes), window, out)])


def sketch_texts(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Tokens, content hash, signature and fingerprints of every text, from one block."""
    data, spans = flat([text.encode() for text in texts], np.uint8)
    n = len(texts)
    counts = np.empty(n, np.int32)
    out = (np.empty(n, np.int32), np.empty(n, np.uint64), np.empty((n, 128), np.uint32), counts)
    offsets = np.append(spans[:, 0], spans[-1, 1])
    some_tokens, prints = (np.empty(data.size // 2 + n, np.uint32) for _ in range(2))
    sketch.sketch_block(data, offsets, table(), permutations(128), (3, 6, 12), (some_tokens, prints), out)
    ends, print_ends = np.cumsum(out[0]), np.cumsum(counts)
    return [
        {
            "tokens": some_tokens[ends[i] - out[0][i] : ends[i]].tolist(),
            "hash": int(out[1][i]),
            "signature": out[2][i].tolist(),
            "prints": prints[print_ends[i] - counts[i] : print_ends[i]].tolist(),
        }
        for i in range(n)
    ]


def sketch_tokens(articles: Sequence[Ints]) -> list[dict[str, Any]]:
    """The same of articles whose tokens are known."""
    some_tokens, spans = flat(articles, np.uint32)
    n = len(articles)
    counts = np.empty(n, np.int32)
    out = (np.empty(n, np.uint64), np.empty((n, 128), np.uint32), counts)
    prints = np.empty(some_tokens.size + 1, np.uint32)
    total = sketch.sketch_tokens(some_tokens, spans, permutations(128), (3, 6, 12), prints, out)
    ends = np.cumsum(counts)
    assert total == ends[-1]
    return [
        {
            "tokens": list(articles[i]),
            "hash": int(out[0][i]),
            "signature": out[1][i].tolist(),
            "prints": prints[ends[i] - counts[i] : ends[i]].tolist(),
        }
        for i in range(n)
    ]


def compare(
    pairs: Sequence[tuple[Ints, Ints]],
    inside: Sequence[tuple[Flags, Flags]] | None = None,
    *,
    sizes: tuple[int, int, int] = (3, 6, 16),
    least_share: float = 0.0,
    alike: bool = True,
) -> list[tuple[Row, list[Row]]]:
    """Figures and passages of every pair, from one call; `inside`: which tokens are boilerplate."""
    inside = inside or [([False] * len(a), [False] * len(b)) for a, b in pairs]
    articles = [
        (tuple(article), tuple(flags))
        for pair, both in zip(pairs, inside, strict=True)
        for article, flags in zip(pair, both, strict=True)
    ]
    numbers = {article: number for number, article in enumerate(articles)}  # one number per article
    some_tokens, spans = flat([article for article, _ in articles], np.uint32)
    marked, _ = flat([flags for _, flags in articles], np.bool_)
    left, right = (np.array([numbers[article] for article in articles[side::2]], np.int64) for side in (0, 1))
    distinct, fresh = np.zeros(len(articles), np.int32), np.zeros(some_tokens.size, np.bool_)
    every = np.unique(np.append(left, right))
    align.distinct_shingles(some_tokens, marked, spans, every, sizes[0], (distinct, fresh))
    own = np.array([marked[first:last].size - marked[first:last].sum() for first, last in spans], np.int32)
    figures, passages, counts = align.compare_pairs(
        (some_tokens, marked, fresh),
        spans,
        (left, right),
        (distinct, own, np.full(left.size, alike)),
        sizes,
        least_share,
    )
    ends = np.cumsum(counts)
    return [
        (tuple(figures[p].tolist()), [tuple(row) for row in passages[ends[p] - counts[p] : ends[p]].tolist()])
        for p in range(len(pairs))
    ]


def next_run(a: Ints, b: Ints, i: int, j: int, step: int, gap: int) -> tuple[int, int, int] | None:
    """The nearest short run."""
    x, y, n = chain.next_run(u32(a), u32(b), i, j, step, gap)
    return (int(x), int(y), int(n)) if n else None


def find_repeats(
    articles: Sequence[Ints],
    *,
    kgram: int = 6,
    gap: int = 16,
    fewest: int = 20,
    least_share: float = 0.7,
) -> list[list[tuple[int, ...]]]:
    """The repeated blocks of every article, from one call."""
    some_tokens, spans = flat(articles, np.uint32)
    blocks, counts = repeats.find_repeats(some_tokens, spans, (kgram, gap, fewest, least_share))
    ends = np.cumsum(counts)
    return [
        [tuple(row) for row in blocks[ends[i] - counts[i] : ends[i]].tolist()] for i in range(len(articles))
    ]


Entry = tuple[int, int]


def to_entries(entries: Sequence[Entry]) -> NDArray[np.uint64]:
    """Sorted key << 32 | article."""
    return np.array(sorted(key << 32 | article for key, article in entries), np.uint64)


def from_entries(entries: NDArray[np.uint64]) -> list[Entry]:
    """(key, article), or whatever else the two halves are."""
    return [(entry >> 32, entry & 0xFFFFFFFF) for entry in entries.tolist()]


def band_keys(signatures: Sequence[Ints], rows: int, band: int, has_key: Sequence[bool]) -> list[Entry]:
    """(key, article) of one band."""
    out = np.empty(len(signatures), np.uint64)
    signed = np.array(signatures, np.uint32)
    return from_entries(out[: postings.band_keys(signed, rows, band, np.array(has_key, np.bool_), out)])


def drop_single(entries: Sequence[Entry]) -> list[Entry]:
    """The entries of lists of two and more."""
    packed = to_entries(entries)
    return from_entries(packed[: postings.drop_single(packed)])


def shared_prints(articles: Sequence[Ints], chosen: Flags) -> list[Entry]:
    """(fingerprint, article) of those that several of the chosen articles may have."""
    prints, spans = flat(articles, np.uint32)
    out = np.empty(prints.size, np.uint64)
    return from_entries(out[: postings.shared_prints(prints, spans, np.array(chosen, np.bool_), out)])


def pair_with_first(entries: Sequence[Entry]) -> list[Entry]:
    """(article, first article of its list)."""
    out = np.empty(len(entries), np.uint64)
    return from_entries(out[: postings.pair_with_first(to_entries(entries), out)])


def pair_in_lists(entries: Sequence[Entry], cap: int, hubs: int) -> tuple[list[Entry], int]:
    """(later, earlier), and the lists over `cap`."""
    pairs, capped = postings.pair_in_lists(to_entries(entries), cap, hubs)
    return from_entries(pairs), capped


def one_witness_per_group(entries: Sequence[Entry], groups: Ints) -> list[Entry]:
    """The entries that are left; written over the entries themselves, as the stage does."""
    packed = to_entries(entries)
    return from_entries(packed[: postings.one_witness_per_group(packed, np.array(groups, np.int32), packed)])


def list_postings(entries: Sequence[Entry], articles: int) -> tuple[list[list[int]], list[list[int]]]:
    """The members of every list, and the lists of every article."""
    starts, members, of_article, own = postings.list_postings(to_entries(entries), articles)
    return (
        [members[s:e].tolist() for s, e in pairwise(starts)],
        [own[s:e].tolist() for s, e in pairwise(of_article)],
    )


def meet(
    entries: Sequence[Entry],
    counts: Ints,
    rules: tuple[int, int, int, float],
    blocks: Sequence[tuple[int, int]],
    signatures: Sequence[Ints] | None = None,
) -> list[Entry]:
    """The pairs (earlier, later) that all blocks tell; one equal signature row makes up for all prints."""
    rows = np.array(signatures or [[n] for n in range(len(counts))], np.uint32)
    known = (np.array(counts, np.int32), rows)
    listed_postings = postings.list_postings(to_entries(entries), len(counts))
    cap, hubs, fewest, reach = rules
    starts, members = listed_postings[:2]
    hubs_from = np.array(
        [members[end - hubs] if end - start > cap else 0 for start, end in pairwise(starts)],
        np.int32,
    )
    pairs: list[Entry] = []
    for first, last in blocks:
        earlier, later, _ = meeting.meet(listed_postings, hubs_from, known, (fewest, reach, 1.0), first, last)
        pairs += zip(earlier.tolist(), later.tolist(), strict=True)
    return pairs


def sides(pairs: Sequence[Entry]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The left ones and the right ones."""
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return both[:, 0].copy(), both[:, 1].copy()


def common_counts(articles: Sequence[Ints], pairs: Sequence[Entry]) -> list[int]:
    """How many fingerprints each pair shares."""
    prints, spans = flat(articles, np.uint32)
    out = np.empty(len(pairs), np.int32)
    meeting.common_counts(prints, spans, *sides(pairs), out)
    return listed(out)


def equal_rows(signatures: Sequence[Ints], pairs: Sequence[Entry]) -> list[int]:
    """In how many rows the signatures of each pair agree."""
    out = np.empty(len(pairs), np.int32)
    meeting.equal_rows(np.array(signatures, np.uint32), *sides(pairs), out)
    return listed(out)


def gram_set(values: Iterable[int]) -> boilerplate.GramSet:
    """A set of grams, numbered from the least one."""
    return boilerplate.gram_set(u32(sorted(values)))


def recurring(entries: Sequence[Entry], groups: Ints, least: int) -> dict[int, int]:
    """The keys that enough groups hold, and how many hold each."""
    keys, counts = boilerplate.recurring(to_entries(entries), np.array(groups, np.int32), least)
    return dict(zip(keys.tolist(), counts.tolist(), strict=True))


def grams_near(
    articles: Sequence[Ints], known: Iterable[int], sizes: tuple[int, int], reach: tuple[int, int]
) -> list[Entry]:
    """(gram, article) beside the known grams."""
    some_tokens, spans = flat(articles, np.uint32)
    every = np.arange(len(articles))
    return from_entries(boilerplate.grams_near(some_tokens, spans, every, gram_set(known), sizes, reach))


def links_of(articles: Sequence[Ints], known: Iterable[int], size: int) -> list[Entry]:
    """(gram, article) of one token more than the known grams, from each of these on."""
    some_tokens, spans = flat(articles, np.uint32)
    every = np.arange(len(articles))
    places, _ = stretches.find_stretches(some_tokens, spans, every, gram_set(known), size)
    return from_entries(stretches.links_of(some_tokens, spans, places, size))


def gram_blocks(
    articles: Sequence[Ints], counts: Mapping[int, int], links: Mapping[int, int], size: int
) -> dict[int, int]:
    """Of each gram the least one of its block, read from the trees that two calls make."""
    some_tokens, spans = flat(articles, np.uint32)
    parents = np.arange(len(counts), dtype=np.int32)
    sets = (gram_set(counts), gram_set(links))
    held = (
        np.array([counts[gram] for gram in sorted(counts)], np.int32),
        np.array([links[gram] for gram in sorted(links)], np.int32),
    )
    for first in range(2):
        tree = np.arange(len(counts), dtype=np.int32)
        some = np.arange(first, len(articles), 2)
        places = stretches.find_stretches(some_tokens, spans, some, sets[0], size)
        stretches.link_grams(some_tokens, spans, places, sets[1], held, size, tree)
        stretches.unite_all(parents, tree)
    for _ in counts:
        parents = parents[parents]
    ordered = sorted(counts)
    return {gram: ordered[parent] for gram, parent in zip(ordered, parents.tolist(), strict=True)}


def find_runs(
    articles: Sequence[Ints], blocks: Mapping[int, int], size: int
) -> list[tuple[int, int, int, int]]:
    """Where the blocks stand."""
    some_tokens, spans = flat(articles, np.uint32)
    numbers = np.array([blocks[gram] for gram in sorted(blocks)], np.int32)
    every = np.arange(len(articles))
    places = stretches.find_stretches(some_tokens, spans, every, gram_set(blocks), size)
    found = stretches.find_runs(places, numbers, size)
    return [(row[0], row[1], row[2], row[3]) for row in found.tolist()]


def cover(spans: Sequence[Entry], size: int) -> list[bool]:
    """Which of so many tokens some spans cover."""
    inside = np.zeros(size, np.bool_)
    boilerplate.cover(*sides(spans), inside)
    return [bool(value) for value in inside]


NO_KEYWORD = 2**32 - 1


def find_keywords(
    articles: Sequence[Ints], counts: Mapping[int, int], total: int, limits: tuple[int, int], most: int
) -> list[tuple[list[int], float]]:
    """The keywords of every article, the last one first, and how many of them others have by chance."""
    some_tokens, spans = flat(articles, np.uint32)
    words = (gram_set(counts), np.array([counts[token] for token in sorted(counts)], np.int32), total)
    out = np.empty((len(articles), most), np.uint32), np.empty(len(articles))
    rows = np.arange(len(articles))[::-1].copy()
    keywords.find_keywords(some_tokens, spans, rows, words, limits, out)
    found = [sorted(token for token in row if token != NO_KEYWORD) for row in out[0].tolist()]
    return list(zip(found, out[1].tolist(), strict=True))


def are_unrelated(
    known: Sequence[tuple[Iterable[int], float]],
    lists: Sequence[Ints],
    shared: Sequence[Iterable[int]],
    limits: tuple[int, float, float],
) -> list[bool]:
    """Whether enough rows (keywords, chance) of each list are."""
    ordered = [sorted(row) for row, _ in known]
    most = max(map(len, ordered))
    padded = u32([token for row in ordered for token in [*row, *[NO_KEYWORD] * (most - len(row))]])
    rows = padded.reshape(len(known), most), np.array([chance for _, chance in known])
    (some, bounds), (own, own_bounds) = flat(lists, np.int32), flat(list(map(sorted, shared)), np.uint32)
    starts, own_starts = np.append(bounds[:, 0], some.size), np.append(own_bounds[:, 0], own.size)
    out = np.zeros(len(lists), np.bool_)
    keywords.are_unrelated(some, starts, rows, (own, own_starts), limits, out)
    return [bool(value) for value in out]


def prints_outside(
    articles: Sequence[Ints], prints: Sequence[Ints], inside: Sequence[Flags], size: int
) -> list[list[int]]:
    """The fingerprints that are left to each article."""
    some_tokens, spans = flat(articles, np.uint32)
    flat_prints, print_spans = flat(prints, np.uint32)
    marked, _ = flat(inside, np.bool_)
    out = np.empty_like(flat_prints)
    covered = (marked, np.array([sum(flags) for flags in inside], np.int32))
    kept = boilerplate.prints_outside(some_tokens, spans, flat_prints, print_spans, size, covered, out)
    return [out[start:end].tolist() for start, end in kept.tolist()]


def count_inside(inside: Flags, spans: Sequence[Entry]) -> list[int]:
    """How many tokens of each span are boilerplate."""
    bounds = np.array(spans, np.int64).reshape(-1, 2)
    return listed(boilerplate.count_inside(np.array(inside, np.bool_), bounds))


def chars_around(
    texts: Sequence[str], rows: Ints, spans: Sequence[Entry], width: int
) -> list[tuple[str, str]]:
    """The characters before and behind a span of each of the given texts, nearest first."""
    data, bounds = flat([text.encode() for text in texts], np.uint8)
    out = np.empty((len(rows), 2, width), np.int32)
    offsets = np.append(bounds[:, 0], bounds[-1, 1])
    starts, ends = np.array(spans, np.int32).reshape(-1, 2).T.copy()
    around.around(data, offsets, np.array(rows, np.int64), (starts, ends), out)
    before, behind = (["".join(chr(c) for c in row if c >= 0) for row in side.tolist()] for side in
                      (out[:, 0], out[:, 1]))  # fmt: skip
    return list(zip(before, behind, strict=True))


KINDS = {"plain": kinds.PLAIN, "name": kinds.NAME, "number": kinds.NUMBER, "lower": kinds.LOWER}


def find_kinds(texts: Sequence[str], rows: Ints) -> list[list[str]]:
    """The kinds of the tokens of the given texts, written one behind the other with a place between."""
    data, bounds = flat([text.encode() for text in texts], np.uint8)
    sizes = [len(tokenize(texts[row])) for row in rows]
    begins = np.cumsum([0, *(size + 1 for size in sizes)], dtype=np.int64)[: len(sizes)]
    out = np.full(sum(sizes) + len(sizes), 99, np.uint8)
    letters = [chr(code) for code in range(0x2000)]
    cases = np.array([c.isupper() for c in letters]), np.array([c.islower() for c in letters])
    offsets = np.append(bounds[:, 0], bounds[-1, 1])
    kinds.find_kinds(data, offsets, np.array(rows, np.int64), table(), cases, begins, out)
    assert (out == 99).sum() == len(sizes)  # nothing else was written
    names = {number: name for name, number in KINDS.items()}
    return [
        [names[kind] for kind in out[at : at + size].tolist()] for at, size in zip(begins, sizes, strict=True)
    ]


def tell_names(
    articles: Sequence[Told], words: tuple[Ints, Ints], limits: tuple[float, int]
) -> NDArray[np.uint8]:
    """The kinds of all articles' tokens once names are told, by small words and words that are no names."""
    some_tokens, spans = flat([article.tokens for article in articles], np.uint32)
    marked, _ = flat([article.inside for article in articles], np.bool_)
    told, _ = flat([[KINDS[kind] for kind in article.kinds] for article in articles], np.uint8)
    small, plain = (np.array(some, np.uint32) for some in words)
    hints = np.zeros(8, np.uint8)
    hints[np.concatenate([small, plain]) % 8] = 1
    sets = (hints, boilerplate.gram_set(small), boilerplate.gram_set(plain))
    kinds.tell_names((some_tokens, marked), spans, np.arange(len(articles)), sets, limits, told)
    return told


def flat_passages(passages: Sequence[Sequence[Row]]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The passages of all pairs, and where each pair's start."""
    starts = np.append(0, np.cumsum([len(some) for some in passages])).astype(np.int64)
    return np.array([row for some in passages for row in some], np.int32).reshape(-1, 5), starts


def count_swaps(
    articles: Sequence[Told],
    pairs: Sequence[Entry],
    passages: Sequence[Sequence[Row]],
    limits: tuple[int, int, int] = (4, 50, 16),
) -> list[list[list[int]]]:
    """Of each pair both sides' columns, from one call; `limits`: edge, first tokens and gap."""
    some_tokens, spans = flat([article.tokens for article in articles], np.uint32)
    marked, _ = flat([article.inside for article in articles], np.bool_)
    told = tell_names(articles, ([], []), (1.1, limits[1]))
    counts: list[list[list[int]]] = swaps.count_swaps(
        (some_tokens, marked, told), spans, sides(pairs), flat_passages(passages), (limits[0], limits[2])
    ).tolist()
    return counts


def count_own(
    articles: Sequence[Ints], pairs: Sequence[Entry], passages: Sequence[Sequence[Row]]
) -> list[list[int]]:
    """Of each pair both sides' own words."""
    some_tokens, spans = flat(articles, np.uint32)
    counts: list[list[int]] = swaps.count_own(
        some_tokens, spans, sides(pairs), flat_passages(passages)
    ).tolist()
    return counts


def links(of: Mapping[int, Iterable[int]], nodes: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each node's neighbours start, and these."""
    neighbours = [list(of.get(node, ())) for node in range(nodes)]
    starts = np.append(0, np.cumsum([len(some) for some in neighbours])).astype(np.int64)
    return starts, np.array([other for some in neighbours for other in some], np.int64)


def assign_leads(
    order: Ints, joined: Mapping[int, Iterable[int]], apart: Mapping[int, Iterable[int]]
) -> dict[int, int]:
    """The lead of every node."""
    n = len(order)
    leads = assign.assign_leads(np.array(order, np.int64), links(joined, n), links(apart, n))
    return dict(enumerate(leads.tolist()))


def locate(
    texts: Sequence[str], rows: Ints, spans: Sequence[Sequence[Entry]], width: int = 8
) -> list[list[tuple[int, int, str]]]:
    """For the token spans of each of the given texts: start, end and what follows."""
    data, bounds = flat([text.encode() for text in texts], np.uint8)
    begins = np.append(0, np.cumsum([len(some) for some in spans])).astype(np.int64)
    every = np.array([span for some in spans for span in some], np.int32).reshape(-1, 2)
    # As the spans of a search: in no order, the rows of each text by `order`.
    order = np.arange(len(every))[::-1].copy()
    out = (np.empty_like(every[:, 0]), np.empty_like(every[:, 0]), np.empty_like(every[:, 0]))
    offsets = np.append(bounds[:, 0], bounds[-1, 1])
    wanted = (order, every[::-1].copy())
    known = places.locate(data, offsets, np.array(rows, np.int64), table(), begins, wanted, out, width)
    assert not known[0].any()
    assert len(np.unique(known, axis=0)) == len(known), "each tail once"
    starts, ends, numbers = (column[order] for column in out)
    tails = ["".join(map(chr, row)).rstrip("\0") for row in known[numbers].tolist()]
    told = list(zip(starts.tolist(), ends.tolist(), tails, strict=True))
    return [told[s:e] for s, e in pairwise(begins.tolist())]


def lines(columns: Sequence[Sequence[str]], numbers: Sequence[Ints]) -> str:
    """The cells of every row, a mark behind each."""
    sizes = np.full(len(numbers[0]), len(columns), np.int64)
    known = []
    for cells, some in zip(columns, numbers, strict=True):
        octets = [cell.encode() for cell in cells]
        offsets = np.cumsum([0, *map(len, octets)], dtype=np.int64)
        known.append((np.frombuffer(b"".join(octets), np.uint8), offsets, np.array(some, np.int32)))
        add_sizes(*known[-1][1:], sizes)
    out = np.empty(sizes.sum(), np.uint8)
    places = np.cumsum(sizes) - sizes
    for data, offsets, which in known:
        put_cells(data, offsets, which, ord("|"), places, out)
    return out.tobytes().decode()
