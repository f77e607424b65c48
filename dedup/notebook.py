"""The tables of a result into a small piece of HTML, which notebooks show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_SHOWN = 10  # clusters, and sources of one: an output cell is a screen at most
_LONGEST = 120  # characters of a headline
# Colours are the notebook's own, light or dark; lines are a grey that both show.
_CELL = "padding:2px 12px 2px 0;border-bottom:1px solid rgba(128,128,128,.4);vertical-align:top"
_COLUMNS = (("Articles", "right"), ("Largest clusters, by their lead", "left"), ("Sources", "left"))


def as_html(tables: Mapping[str, pa.Table], run: Mapping[str, Any]) -> str:
    """How many stories and copies there are, and the largest clusters; `run`: what `run.json` holds."""
    clusters = tables["clusters"]
    lines = [_totals(clusters, run), _relations(clusters), *_further(tables)]
    told = "".join(f'<div style="margin:0 0 4px">{line}</div>' for line in lines if line)
    return f"<div>{told}{_table(clusters) if clusters.num_rows else ''}</div>"


def _totals(clusters: pa.Table, run: Mapping[str, Any]) -> str:
    counts = run.get("counts", {})
    copies = _copies(clusters).num_rows
    articles = counts.get("articles_new", counts.get("articles", clusters.num_rows))
    share = f" ({copies / articles:.1%})" if articles else ""
    stories = _count(articles - copies, "distinct story", "distinct stories")
    leads = pc.sum(clusters["is_lead"]).as_py() or 0
    among = f"among {_count(articles, 'article')}"
    if not copies:
        return f"<b>{stories}</b> {among}, no copies."
    copied = _count(copies, "copy", "copies")
    return f"<b>{stories}</b> {among}; {copied}{share} in {_count(leads, 'cluster')}."


def _copies(clusters: pa.Table) -> pa.Table:
    """The members that are no leads; of an archive's run, which tells earlier ones too, the new ones."""
    is_copy = pc.invert(clusters["is_lead"])
    if "is_new" in clusters.column_names:
        is_copy = pc.and_(is_copy, clusters["is_new"])
    return clusters.filter(is_copy)


def _relations(clusters: pa.Table) -> str:
    counted = pc.value_counts(clusters["relation"].drop_null()).to_pylist()
    counted.sort(key=lambda row: (-row["counts"], str(row["values"])))
    return ", ".join(f"{escape(str(row['values']))} {row['counts']:,}" for row in counted)


def _further(tables: Mapping[str, pa.Table]) -> Iterator[str]:
    repeating = tables["repeats"].group_by(["article_id", "version"]).aggregate([]).num_rows
    if repeating:
        yield f"{_count(repeating, 'article repeats', 'articles repeat')} a block of {_its(repeating)} own."
    if tables["rejects"].num_rows:
        yield f"{_count(tables['rejects'].num_rows, 'record')} could not be read."


def _its(number: int) -> str:
    return "its" if number == 1 else "their"


def _table(clusters: pa.Table) -> str:
    leads = clusters.filter(clusters["is_lead"])
    order = [("cluster_size", "descending"), ("cluster_id", "ascending")]
    rows = "".join(_row(clusters, lead) for lead in leads.sort_by(order).slice(0, _SHOWN).to_pylist())
    head = "".join(f'<th style="text-align:{side};{_CELL}">{name}</th>' for name, side in _COLUMNS)
    more = leads.num_rows - _SHOWN
    left_out = f"<div>and {_count(more, 'more cluster')}</div>" if more > 0 else ""
    return (
        f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        f"{left_out}"
    )


def _row(clusters: pa.Table, lead: Mapping[str, Any]) -> str:
    members = clusters.filter(pc.equal(clusters["cluster_id"], lead["cluster_id"]))
    sources = sorted(set(members["source"].drop_null().to_pylist()))
    some = ", ".join(map(_shown, sources[:_SHOWN])) + (" …" if len(sources) > _SHOWN else "")
    cells = (f"{lead['cluster_size']:,}", _shown(lead["title"] or lead["article_id"]), some)
    return "<tr>{}</tr>".format(
        "".join(
            f'<td style="text-align:{side};{_CELL}">{cell}</td>'
            for cell, (_, side) in zip(cells, _COLUMNS, strict=True)
        )
    )


def _shown(text: str) -> str:
    """What a feed says, escaped, on one line and with its direction kept to itself."""
    line = " ".join(text.split())
    return f"<bdi>{escape(line if len(line) <= _LONGEST else line[:_LONGEST] + '…')}</bdi>"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
