"""Records into articles: each gets its (id, version) and counts once; what must not be used is left out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dedup.provenance import NO_TIME, natural
from dedup.texts import Texts, text_digest

_ID_FIELDS = ("source", "published", "title", "text")
_TOLD_BY = ("version", "published", "title", "source", "url", "prior_ids")


@dataclass(frozen=True)
class Identified:
    """Distinct articles, and the records they came from.

    `articles`: as `dedup.articles.ARTICLES` less the texts and what bars use, in the order of the records, no
    id missing, each (id, version) once. `texts`: of the articles, where the records have them. `of_record`:
    int64 article per record, -1 for one that is left out. `first_record`: int64, the record that stands for
    each article. `ranks`: int64 place of each article in the order of (id, version) by code point, absent
    version first. `counts`: what was met.
    """

    articles: pa.Table
    texts: Texts
    of_record: NDArray[np.int64]
    first_record: NDArray[np.int64]
    ranks: NDArray[np.int64]
    counts: dict[str, int]


def identify(records: pa.Table, as_of: datetime | None, digests: Sequence[bytes] | None = None) -> Identified:
    """Give every record its identity, and leave out those that must not be used at `as_of`, a time with zone.

    Those are killed or under embargo. A record that is canceled or withheld kills all of its id that are not
    later: neither of a higher version nor, where either has no version, published after it.

    A missing id is the hash of source, published, title and text. Records of one id and one text are one
    article, told by the least of (version, published, title, source, url, prior_ids). Texts that differ under
    one id and version are versions in the order of published and text: the second becomes `#2`, and so on.

    Without `as_of` none is left out. `digests`: what stands for the texts, where they are not at hand.
    """
    records = records.combine_chunks() if records.num_rows < 2 else records
    missing = pc.is_null(records["id"]).to_numpy(zero_copy_only=False)
    records = with_ids(records)
    codes = _codes(records)
    none = np.zeros(records.num_rows, np.bool_)
    killed = none if as_of is None else _killed(records, codes)
    embargoed = none if as_of is None else _embargoed(records, as_of) & ~killed
    is_out = killed | embargoed
    order = np.argsort(codes, kind="stable")
    order = order[~is_out[order]]
    begins = np.flatnonzero(np.diff(codes[order], prepend=-1))
    sizes = np.diff(np.append(begins, order.size))
    first_of = np.arange(records.num_rows)
    version = {}
    for group in np.flatnonzero(sizes > 1).tolist():
        rows = order[begins[group] : begins[group] + sizes[group]].tolist()
        for row, first, given in _versions(records, rows, _digests(records, rows, digests)):
            first_of[row] = first
            if row == first:
                version[row] = given
    is_first = (first_of == np.arange(records.num_rows)) & ~is_out
    if version:
        versions = records["version"].to_pylist()
        for row, given in version.items():
            versions[row] = given
        records = records.set_column(
            records.schema.get_field_index("version"), "version", pa.array(versions, pa.string())
        )
    articles = records.drop_columns(["text", "status", "embargoed"])
    if not is_first.all():
        articles = articles.filter(pa.array(is_first))
    first_record = np.flatnonzero(is_first)
    texts = Texts(records["text"], first_record)
    number = np.cumsum(is_first) - 1
    of_record = np.where(is_out, -1, number[first_of])
    counts = {
        "records": records.num_rows,
        "articles": articles.num_rows,
        "records_repeated": int((~is_first & ~is_out).sum()),
        "articles_killed": int(killed.sum()),
        "articles_embargoed": int(embargoed.sum()),
        "ids_missing": int(missing.sum()),
        "ids_with_versions": _with_several(articles, codes[is_first]),
    }
    return Identified(articles, texts, of_record, first_record, ranks_of(articles), counts)


def moment(as_of: datetime | None) -> datetime:
    """The time that was given, or now. Raises `ValueError` for one without a zone."""
    return with_zone(as_of or datetime.now(UTC), "as_of")


def with_zone(time: datetime, name: str) -> datetime:
    """The time. Raises `ValueError` for one without a zone."""
    if time.utcoffset() is None:
        raise ValueError(f"{name} must be a time with its zone, got {time!r}")
    return time


def _codes(records: pa.Table) -> NDArray[np.int64]:
    """A number for the id of each record."""
    ids = records["id"].combine_chunks()
    return ids.dictionary_encode().indices.to_numpy() if len(ids) else np.empty(0, np.int64)


def killed_records(records: pa.Table) -> NDArray[np.bool_]:
    """Which records are killed: canceled or withheld, or an earlier state of what is; as of `identify`."""
    return _killed(records, _codes(records))


def _digests(records: pa.Table, rows: list[int], known: Sequence[bytes] | None) -> list[bytes]:
    """What tells the texts of some records apart."""
    if known is not None:
        return [known[row] for row in rows]
    return [text_digest(text.encode()) for text in records["text"].take(rows).to_pylist()]


def _with_several(articles: pa.Table, codes: NDArray[np.int64]) -> int:
    return int((np.bincount(codes) > 1).sum()) if articles.num_rows else 0


_State = tuple[list[tuple[int, str]], int]
"""How late a record is: its version, which may be absent, and when it was published."""


def _killed(records: pa.Table, codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which records are killed; `codes`: a number for the id of each.

    Versions and times give no one order: of the kills with a version and of those without, the latest counts.
    """
    killed: NDArray[np.bool_] = pc.is_valid(records["status"]).to_numpy(zero_copy_only=False)
    if not killed.any():
        return killed
    rows = np.flatnonzero(np.isin(codes, codes[killed]))
    versions = records["version"].take(pa.array(rows)).to_pylist()
    times = records["published"].cast(pa.int64()).fill_null(NO_TIME).take(pa.array(rows)).to_pylist()
    states: list[_State] = [(natural(version), time) for version, time in zip(versions, times, strict=True)]
    latest: dict[tuple[int, bool], _State] = {}
    for code, is_kill, state in zip(codes[rows].tolist(), killed[rows].tolist(), states, strict=True):
        if is_kill:
            kind = (code, bool(state[0]))
            latest[kind] = max(state, latest.get(kind, state))
    for row, code, state in zip(rows.tolist(), codes[rows].tolist(), states, strict=True):
        kills = (latest[kind] for kind in ((code, False), (code, True)) if kind in latest)
        killed[row] = not all(_is_later(state, kill) for kill in kills)
    return killed


def _is_later(state: _State, kill: _State) -> bool:
    if state[0] and kill[0]:
        return state[0] > kill[0]
    return kill[1] < state[1] < NO_TIME  # a kill without a time is later than all


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _embargoed(records: pa.Table, as_of: datetime) -> NDArray[np.bool_]:
    """Which records are under embargo at a time."""
    until = records["embargoed"]
    if until.null_count == records.num_rows:
        return np.zeros(records.num_rows, np.bool_)
    ends = until.cast(pa.int64()).fill_null(np.iinfo(np.int64).min).to_numpy()
    is_barred: NDArray[np.bool_] = ends > (as_of - _EPOCH) // timedelta(microseconds=1)
    return is_barred


def with_ids(records: pa.Table) -> pa.Table:
    """The records with an id made of their content where they have none."""
    missing = pc.is_null(records["id"]).to_numpy(zero_copy_only=False)
    if not missing.any():
        return records
    ids = records["id"].to_pylist()
    rows = np.flatnonzero(missing)
    for batch in np.array_split(rows, max(1, rows.size // 1000)):
        facts = records.select(_ID_FIELDS).take(batch).to_pylist()
        for row, fields in zip(batch.tolist(), facts, strict=True):
            ids[row] = _content_id(fields)
    return records.set_column(records.schema.get_field_index("id"), "id", pa.array(ids, pa.string()))


def _content_id(fields: dict[str, object]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name in _ID_FIELDS:
        value = fields[name]
        encoded = b"" if value is None else str(value).encode()
        digest.update(f"{'absent' if value is None else len(encoded)}:".encode() + encoded)
    return digest.hexdigest()


def _versions(
    records: pa.Table, rows: list[int], digests: list[bytes]
) -> Iterator[tuple[int, int, str | None]]:
    """For records of one id, told apart by digests: each row, the row that stands for it, its version."""
    facts = records.select(_TOLD_BY).take(rows).to_pylist()
    texts: dict[bytes, list[tuple[tuple[object, ...], int]]] = {}
    for row, fact, digest in zip(rows, facts, digests, strict=True):
        key = tuple((value is not None, str(value)) for value in fact.values())
        texts.setdefault(digest, []).append(((*key, row), row))
    given = {row: fact["version"] for row, fact in zip(rows, facts, strict=True)}
    published = {row: str(fact["published"]) for row, fact in zip(rows, facts, strict=True)}
    firsts = {text: min(group)[1] for text, group in texts.items()}
    by_version: dict[str | None, list[tuple[str, bytes, int]]] = {}
    for digest, first in firsts.items():
        by_version.setdefault(given[first], []).append((published[first], digest, first))
    name = {}
    taken = set(given.values())
    for version, several in by_version.items():
        for number, (_, _, first) in enumerate(sorted(several), 1):
            name[first] = version if number == 1 else _unused(version, number, taken)
    for text, group in texts.items():
        for _, row in group:
            yield row, firsts[text], name[firsts[text]]


def _unused(version: str | None, number: int, given: Collection[str | None]) -> str:
    """A name for the `number`-th text of a version that no record of the id was given."""
    name = f"{version or ''}#{number}"
    while name in given:
        name += "'"
    return name


def ranks_of(articles: pa.Table) -> NDArray[np.int64]:
    """The place of each article in the order of (id, version), absent version first (int64)."""
    keyed = pa.table(
        {
            "id": articles["id"],
            "version": pc.fill_null(articles["version"], ""),
            "none": pc.is_valid(articles["version"]),
        }
    )
    order = pc.sort_indices(
        keyed, sort_keys=[(name, "ascending") for name in ("id", "none", "version")]
    ).to_numpy()
    ranks = np.empty(order.size, np.int64)
    ranks[order] = np.arange(order.size)
    return ranks
