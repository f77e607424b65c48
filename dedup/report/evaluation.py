"""An `Evaluation` to a short account for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, TYPE_CHECKING

from dedup.evaluation import Evaluation, Wrong
from dedup.report.plain import share, show_parts, table, text

if TYPE_CHECKING:
    from rich.console import RenderableType


def show_evaluation(told: Evaluation, stream: IO[str]) -> None:
    """Write how well a result does: the shares, label by label, and the pairs told wrongly."""
    show_parts(_parts(told), stream)


def _parts(told: Evaluation) -> Iterator[RenderableType]:
    yield text(*_counts(told))
    yield _shares(told)
    if told.labels:
        yield table(
            ("Label", "Pairs>", "Told so>", "In one cluster>", "Told at all>"),
            (
                (label, *("–" if n is None else f"{n:,}" for n in (it.pairs, it.same, it.joined, it.told)))
                for label, it in told.labels.items()
            ),
        )
    missed, false = told.together - told.joined_rightly, told.joined - told.joined_rightly
    yield from _wrong(f"Missed, though they belong together: {missed:,}", told.missed, told.missed_more)
    yield from _wrong(
        f"In one cluster, though they do not: {false:,}", told.false_alarms, told.false_alarms_more
    )


def _counts(told: Evaluation) -> Iterator[str]:
    kind = "Labelled pairs" if told.truth == "pairs" else "Pairs of articles"
    yield (
        f"{kind}: {told.together + told.apart:,}; belong together: {told.together:,}; "
        f"in one cluster: {told.joined:,}, rightly: {told.joined_rightly:,}."
    )
    yield f"Articles: {told.ids:,}; in no cluster, pair or repeat, so single stories: {told.ids_unknown:,}."
    if told.ids_split:
        yield f"Articles with versions in several clusters, of which the first counts: {told.ids_split:,}."


def _shares(told: Evaluation) -> RenderableType:
    pairs = (told.precision, told.recall, told.f1)
    cubed = (told.b_cubed_precision, told.b_cubed_recall, told.b_cubed_f1)
    by_pairs = told.truth == "pairs"
    rows = [
        (name, share(one), *([] if by_pairs else [share(other)]))
        for name, one, other in zip(("Precision", "Recall", "F1"), pairs, cubed, strict=True)
    ]
    if not by_pairs:
        rows.append(("Adjusted Rand index", share(told.adjusted_rand), ""))
    return table(("", "Pairs>", *([] if by_pairs else ["B-cubed>"])), rows)


def _wrong(heading: str, pairs: Sequence[Wrong], more: int) -> Iterator[RenderableType]:
    if not pairs:
        if more:
            yield text(f"{heading}.")
        return
    yield text(f"{heading}.")
    yield table(
        ("Label", "Told as", "Jaccard>", "A in B>", "B in A>", "A", "B"),
        (
            (
                it.label or "–",
                it.relation or "–",
                *map(share, (it.jaccard, it.a_in_b, it.b_in_a)),
                it.a_id,
                it.b_id,
            )
            for it in pairs
        ),
    )
    if more:
        yield text(f"And {more:,} more.")
