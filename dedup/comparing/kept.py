"""Ids of articles into these, out of an archive or the folder of a result."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from dedup.archive.catalogue import EMBARGOED, KILLED
from dedup.archive.verdicts import known_boilerplate
from dedup.comparing.choice import Chosen, as_articles, row_of
from dedup.comparing.pair import boilerplate_of
from dedup.errors import DedupError, OutputError
from dedup.opening import open_store
from dedup.report.reading import read_result
from dedup.settings import Settings

_NAMED = (
    "SELECT id, version, title, source, published, url, prior_ids, embargoed, state, text "
    "FROM articles a SEMI JOIN given USING (id) LEFT JOIN texts t USING (article) ORDER BY article"
)


def in_place(place: str, names: Sequence[str], *, wait: float = 60.0) -> Chosen:
    """The articles of some ids, each `ID` or `ID@VERSION`, in the folder of a result or in an archive.

    They are compared by its settings, what it knows to be boilerplate set aside. `wait`: seconds for an
    archive that another process holds.

    Raises `DedupError` for an id that is not there or whose text is not, `OutputError` for a folder that is
    no result, `ArchiveError` for a file that is no archive.
    """
    return _in_result(Path(place), names) if Path(place).is_dir() else _in_archive(place, names, wait)


def _in_archive(place: str, names: Sequence[str], wait: float) -> Chosen:
    ids = {id_ for name in names for id_ in (name, name.rpartition("@")[0])}
    with open_store(place, reads=True, wait=wait) as store:
        settings = Settings(**json.loads(store.meta["settings"]))
        keeps_text = json.loads(store.meta["keep_text"])
        found = store.rows(_NAMED, given=pa.table({"id": pa.array(sorted(ids), pa.string())}))
        boilerplate = known_boilerplate(store)
    if not keeps_text:
        raise DedupError(f"{place}: keeps no texts; compare the files that the articles came in")
    killed = pc.equal(found["state"], KILLED)
    left, gone = found.filter(pc.invert(killed)), set(found.filter(killed)["id"].to_pylist())
    known = (left["id"].to_pylist(), left["version"].to_pylist())
    mend = "`dedup export` lists those in clusters"
    for name in names:
        if name in gone - set(known[0]):
            raise DedupError(f"{place}: {name} was killed and its text deleted; there is nothing to compare")
    rows = [row_of(name, known, _refusal(place), mend) for name in names]
    chosen = left.take(rows)
    for name, row in zip(names, chosen.to_pylist(), strict=True):
        if row["state"] == EMBARGOED:
            until = row["embargoed"].astimezone(UTC).isoformat()
            raise DedupError(f"{place}: {name} is under embargo until {until}; compare it then")
    return Chosen(as_articles(chosen), settings, boilerplate)


def _refusal(place: str | Path) -> Callable[[str], DedupError]:
    return lambda told: DedupError(f"{place}: {told}")


def _in_result(place: Path, names: Sequence[str]) -> Chosen:
    tables = read_result(place, {"articles": ("article_id", "version"), "boilerplate": ("text",)})
    settings = _settings(place)
    known = (tables["articles"]["article_id"].to_pylist(), tables["articles"]["version"].to_pylist())
    mend = "it keeps those in a cluster, a pair or a repeat; name others as FILE#ID, without --in"
    rows = [row_of(name, known, _refusal(place), mend) for name in names]
    found = pa.concat_tables([_with_text(place, known[0][row], known[1][row]) for row in rows])
    for name, text in zip(names, found["text"].to_pylist(), strict=True):
        if text is None:
            raise DedupError(f"{place}: the text of {name} was deleted; there is nothing to compare")
    articles = as_articles(found.rename_columns({"article_id": "id"}))
    return Chosen(articles, settings, boilerplate_of(tables["boilerplate"]["text"], settings))


def _settings(place: Path) -> Settings:
    try:
        return Settings(**json.loads((place / "run.json").read_bytes())["settings"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(
            f"{place}: its run.json does not say the settings: {error}; write the result anew"
        ) from error


def _with_text(place: Path, id_: str, version: str | None) -> pa.Table:
    """The row of an article; other texts are not kept in memory."""
    import pyarrow.parquet as pq

    path = place / "articles.parquet"
    if "text" not in pq.read_schema(path).names:
        raise DedupError(f"{place}: has no texts; write it without --no-text, or compare the files")
    field = pc.field("version")
    is_same = field.is_null() if version is None else field == version
    return pq.read_table(path, filters=(pc.field("article_id") == id_) & is_same)
