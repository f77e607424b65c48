"""What members of clusters say of one another, their times and coverage into the origin of each cluster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dedup.agencies import agency_key
from dedup.texts import Texts

BASES = ("link", "credit", "time", "coverage", "id")
"""The rules for the origin; each decides only where those before it leave a tie."""

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Origins:
    """For each member, the origin of its cluster (int64 article) and what decided it (index into `BASES`)."""

    article: Rows
    basis: Rows


def origins(article: Rows, lead: Rows, standing: Sequence[Rows]) -> Origins:
    """The origin of each cluster of two or more.

    `article`, `lead`: int64, of each member; `standing`: for each of `BASES` one int64 per member, of which
    the least has the story first. The basis is the first rule that tells the origin from the runner-up.
    """
    order = np.lexsort((*reversed(standing), lead))
    begins = np.flatnonzero(np.diff(lead[order], prepend=-1))
    first, second = order[begins], order[begins + 1]
    basis = np.stack([values[first] != values[second] for values in standing]).argmax(axis=0)
    number = np.searchsorted(lead[first], lead)
    return Origins(article[first][number], basis[number])


def credited(lead: Rows, credit: Sequence[str | None], sources: Sequence[str | None]) -> Rows:
    """How many members of its cluster credit each member's source, those of that source left out (int64)."""
    codes: dict[str, int] = {}
    credit_code, source_code = (
        np.array(
            [-1 if name is None else codes.setdefault(agency_key(name), len(codes)) for name in names], int
        )
        for names in (credit, sources)
    )
    counts = (credit_code >= 0) & (credit_code != source_code)
    width = len(codes) + 1
    agencies, votes = np.unique(lead[counts] * width + credit_code[counts], return_counts=True)
    own = np.where(source_code >= 0, lead * width + source_code, -1)
    place = np.minimum(np.searchsorted(agencies, own), max(agencies.size - 1, 0))
    return (
        np.where(agencies[place] == own, votes[place], 0) if agencies.size else np.zeros(lead.size, np.int64)
    )


def linked(articles: pa.Table, texts: Texts, article: Rows, lead: Rows, known: Links | None = None) -> Rows:
    """How many members of its cluster link to each member (int64).

    A member links to another by its id among `prior_ids`, or by its address in the text. What an article
    says of its own id or address does not count, and a member that replaces another has no links. `known`:
    what is known of addresses in texts that are not at hand.
    """
    clusters = lead.tolist()
    named = np.zeros(lead.size, np.int64)
    prior_ids, ids, urls = (
        articles[name].combine_chunks().take(pa.array(article)) for name in ("prior_ids", "id", "url")
    )
    replaces = np.zeros(lead.size, bool)
    if prior_ids.null_count < lead.size:
        told = ((row, set(prior)) for row, prior in enumerate(prior_ids.to_pylist()) if prior)
        named, replaces = _pointed_at(clusters, ids.to_pylist(), told)
    addresses = [_address(url) for url in urls.to_pylist()]
    if any(addresses):
        links: Iterator[tuple[int, set[str]]] = addresses_in(texts, article)
        if known is not None:
            addresses = [name and known.name(name) for name in addresses]
            links = known.told(article, links)
        named = named + _pointed_at(clusters, addresses, links)[0]
    return np.where(replaces, 0, named)


class Links(Protocol):
    """What is known of addresses in texts that are not at hand."""

    def name(self, address: str) -> str:
        """What an address is told apart by."""
        ...

    def told(self, article: Rows, read: Iterable[tuple[int, set[str]]]) -> Iterator[tuple[int, set[str]]]:
        """The place of each article that links to something, and the names of that; `read`: from texts."""
        ...


def _pointed_at(
    clusters: list[int], own: list[str | None], told: Iterable[tuple[int, set[str]]]
) -> tuple[Rows, NDArray[np.bool_]]:
    """How many other members of its cluster name each member's own name, and which members name another's."""
    numbers: dict[tuple[int, str], int] = {}
    number = [
        -1 if name is None else numbers.setdefault((cluster, name), len(numbers))
        for cluster, name in zip(clusters, own, strict=True)
    ]
    counts = np.zeros(len(numbers) + 1, np.int64)  # the last for members without a name
    points = np.zeros(len(own), bool)
    for row, names in told:
        for name in names:
            meant = numbers.get((clusters[row], name))
            if meant is not None and meant != number[row]:
                counts[meant] += 1
                points[row] = True
    return counts[number], points


# An address in a text ends at a space, quote or bracket, also of Chinese and Japanese.
_IN_BYTES = re.compile(rb"https?://[^\s<>\"'()\[\]{}|\\^`]{4,2000}")
_END = re.compile("[\u00a0\u2000-\u200b\u2018-\u201f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20]")
_SHORTEST = 12  # characters; `http://a.bc/` is a site and no article


def _address(url: str | None) -> str | None:
    """What two ways to write an address have in common, or None for what is none."""
    found = None if url is None else _IN_BYTES.match(url.strip().encode())
    return None if found is None else _plain_address(found[0])


def _plain_address(octets: bytes) -> str | None:
    url = _END.split(octets.decode(errors="replace"), maxsplit=1)[0].rstrip(".,;:!?*_")
    host, slash, path = url.partition("://")[2].partition("#")[0].partition("/")
    return f"{host.lower().removeprefix('www.')}{slash}{path}".rstrip("/") if len(url) >= _SHORTEST else None


def addresses_in(texts: Texts, rows: Rows) -> Iterator[tuple[int, set[str]]]:
    """The place in `rows` of each text that holds addresses, and those."""
    for block, places, within in texts.by_chunk(rows):
        octets = block.data.data
        starts, ends = block.offsets[within].tolist(), block.offsets[within + 1].tolist()
        for place, start, end in zip(places.tolist(), starts, ends, strict=True):
            found = map(_plain_address, _IN_BYTES.findall(octets, start, end))
            yield place, {address for address in found if address is not None}
