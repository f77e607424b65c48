"""A detection curve to a short account for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from dedup.curve import Curve, EditPoint
from dedup.report.plain import share, show_parts, table, text

if TYPE_CHECKING:
    from rich.console import RenderableType

_WIDTH = 100


def show_curve(curve: Curve, stream: IO[str]) -> None:
    """Write which share of pairs would be compared, by how alike they are."""
    show_parts(_parts(curve), stream)


def _parts(curve: Curve) -> Iterator[RenderableType]:
    yield _said(
        "Two articles are compared where they share a key, and only what is compared can be told. These are "
        "shares of pairs that are compared; what they are told as is measured then."
    )
    yield _said(
        "Band keys, by the Jaccard of the two articles: the share of all their shingles that both have. "
        "Pairs that share one are compared if enough of their signatures is equal."
    )
    yield table(
        ("Jaccard>", "Band key>", "Compared>"),
        ((f"{at.jaccard:.1f}", share(at.band_key), share(at.compared)) for at in curve.bands),
    )
    yield _said(_guarantee(curve))
    yield _said(
        f"Edits: {curve.pairs:,} articles of {curve.words} random words, and copies in which each word is "
        "replaced with this chance. The shares compared for a band key, for fingerprints and for either."
    )
    yield table(
        ("Edited>", "Jaccard>", "Band key>", "Fingerprints>", "Either>"),
        ((f"{at.edited:.0%}", *map(share, _shares(at))) for at in curve.edits),
    )


def _shares(at: EditPoint) -> tuple[float, ...]:
    return (at.jaccard, at.by_band, at.by_fingerprint, at.by_either)


def _guarantee(curve: Curve) -> str:
    of_any, *of_short = curve.certain
    runs = "".join(f", {at.run} between articles of up to {at.article_words}" for at in of_short)
    return (
        f"Fingerprints: any run of {of_any.run} equal words leaves one in both articles for certain{runs}. "
        "Pairs that share some are compared if what those stand for may reach the least share that is told."
    )


def _said(words: str) -> RenderableType:
    return text(*textwrap.wrap(words, _WIDTH))
