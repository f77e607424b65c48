"""A `Comparison` of two articles to a page that stands alone: the verdict, and the texts side by side."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from markupsafe import Markup

from dedup.comparison import Article, Comparison
from dedup.errors import OutputError
from dedup.report import folder
from dedup.report.comparison import meaning
from dedup.report.page.shell import document
from dedup.report.page.shown import percent
from dedup.report.page.sides import Passage, Side, side_by_side
from dedup.report.terminal import count

_BODY = Markup("""<main>
<h1>{relation}: {meaning}</h1>
<table>
<thead><tr>{header}</tr></thead>
<tbody><tr>{figures}</tr></tbody>
</table>
{sides}
</main>""")


def check_page(path: str | os.PathLike[str], inputs: Iterable[str]) -> None:
    """Refuse, with `OutputError`, a place where no page may be put: worth asking before the work."""
    folder.check_file(path)
    place = Path(path).resolve()
    if place.is_dir():
        raise OutputError(f"{os.fspath(path)}: is a folder; name a file")
    for name in inputs:
        if place.exists() and Path(name).exists() and place.samefile(name):
            raise OutputError(f"{os.fspath(path)}: is {name}, which is compared; name another file")


def write_page(told: Comparison, path: str | os.PathLike[str]) -> None:
    """Write the page of two articles, whole or not at all; folders on the way to it are made.

    Raises `OutputError` where it cannot be written, `ValueError` for a comparison of one article.
    """
    page = as_page(told)
    place = Path(path).resolve()
    beside = place.with_name(f".{os.getpid()}.partial.{place.name}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(page, encoding="utf-8", newline="\n")
        beside.replace(place)
    except OSError as error:
        raise OutputError(
            f"{os.fspath(path)} cannot be written: {error.strerror}; name another file"
        ) from error
    finally:
        with suppress(OSError):  # where nothing could be written there is nothing to delete
            beside.unlink()


def as_page(told: Comparison) -> str:
    """The page, as HTML."""
    if told.b is None:
        raise ValueError(f"a page shows two articles, got {told.a.id!r} alone")
    a, b = _side(told.a, "A"), _side(told.b, "B")
    figures = {
        "Jaccard": f"{told.jaccard:.4f}",
        "A in B": percent(told.a_in_b),
        "B in A": percent(told.b_in_a),
        "In common": count(told.shared_words, "word"),
        "Passages": f"{len(told.passages):,}",
    }
    title = f"{told.a.title or told.a.id} · {told.b.title or told.b.id}"
    body = _BODY.format(
        relation=told.relation or "no relation",
        meaning=meaning(told),
        header=Markup("").join(Markup('<th scope="col">{}</th>').format(name) for name in figures),
        figures=Markup("").join(Markup("<td>{}</td>").format(figure) for figure in figures.values()),
        sides=side_by_side(a, b, _passages(told)),
    )
    return document(title, body)


def _side(article: Article, name: str) -> Side:
    version = f"@{article.version}" if article.version else ""
    return Side(
        article_id=article.id,
        name=f"{name}, {article.id}{version}",
        text=article.text,
        version=article.version,
        title=article.title,
        source=article.source,
        published=article.published,
        url=article.url,
        boilerplate=article.boilerplate,
    )


def _passages(told: Comparison) -> Iterable[Passage]:
    for passage in told.passages:
        yield Passage(
            number=passage.passage,
            a=(passage.a_start, passage.a_end),
            b=(passage.b_start, passage.b_end),
            words=passage.words,
            identical=passage.identical,
            boilerplate=passage.boilerplate,
        )
