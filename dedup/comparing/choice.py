"""The name of an article among the ids and versions that there are into its row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from dedup.articles import ARTICLES
from dedup.errors import DedupError
from dedup.settings import Settings
from dedup.stages.boilerplate import KnownBoilerplate

Keys = tuple[Sequence[str], Sequence[str | None]]
"""The ids of some articles, and their versions."""


@dataclass(frozen=True)
class Chosen:
    """Articles as `dedup.articles.ARTICLES`, in the order of their names, and how they are to be compared.

    `boilerplate`: what is known to be such in the feed that they are of; None where that is not known.
    """

    articles: pa.Table
    settings: Settings
    boilerplate: KnownBoilerplate | None = None


def row_of(name: str, among: Keys, refusal: Callable[[str], DedupError], mend: str) -> int:
    """The row of the article that `ID` or `ID@VERSION` names.

    Raises what `refusal` makes of what is amiss and the mend, where there is none or several. `mend` is that
    for an id that is unknown.
    """
    ids, versions = among
    rows = [row for row, id_ in enumerate(ids) if id_ == name]
    id_, _, version = name.rpartition("@")
    others = [] if rows else [row for row, known in enumerate(ids) if known == id_]
    rows = rows or [row for row in others if (versions[row] or "") == version]
    if len(rows) == 1:
        return rows[0]
    if rows:
        raise refusal(f"has {len(rows)} versions of {name}; name one: {_names(rows, among)}")
    if others:
        raise refusal(f"has no version {version} of {id_}; name one of {_names(others, among)}")
    raise refusal(f"has no article {name}; {mend}")


def _names(rows: Sequence[int], among: Keys) -> str:
    return ", ".join(f"{among[0][row]}@{among[1][row] or ''}" for row in rows)


def as_articles(found: pa.Table) -> pa.Table:
    """Rows with some of their columns in the schema of articles, the others absent."""
    rows = found.num_rows
    nothing = {"input": pa.array([0] * rows), "record": pa.array(range(1, rows + 1))}
    columns = [
        found[field.name]
        if field.name in found.column_names
        else nothing.get(field.name, pa.nulls(rows, field.type))
        for field in ARTICLES
    ]
    return pa.table(columns, names=ARTICLES.names).cast(ARTICLES)
