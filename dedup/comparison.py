"""`Comparison`: what two articles have in common, and what each repeats, as one frozen result."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """A later place of a repeated block; as a row of `repeats.csv`."""

    block: int
    """Number of the block within the article, from 1."""
    first_start: int
    first_end: int
    second_start: int
    second_end: int
    words: int
    """Equal words in both places."""
    identical: float
    share: float
    """Share of the article's words that the later place takes."""
    text: str
    """The block as it stands in its first place."""


@dataclass(frozen=True, kw_only=True)
class Article:
    """One side of a comparison: an article, and what it repeats."""

    id: str
    version: str | None
    title: str | None
    source: str | None
    published: datetime | None
    url: str | None
    words: int
    """Tokens of its text."""
    text: str
    """The text that was compared; every offset refers to it."""
    repeats: tuple[Repeat, ...]
    boilerplate: tuple[tuple[int, int], ...]
    """Where known boilerplate stands in the text; it counts in no figure."""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A matched passage; as a row of `passages.csv`, with its texts."""

    passage: int
    """Its number, from 1, in order of `a_start`."""
    a_start: int
    a_end: int
    b_start: int
    b_end: int
    words: int
    """Equal words in it."""
    identical: float
    """Equal words divided by the words of the longer side."""
    boilerplate: bool
    a_text: str
    b_text: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What two articles have in common; or, without `b`, what one repeats."""

    a: Article
    b: Article | None
    relation: str | None
    """What they are to one another, as `pairs.csv` names it; None for less than any relation asks for."""
    jaccard: float
    """Of their shingle sets, boilerplate set aside; 0, as the other figures, where they have no passage."""
    a_in_b: float
    """Share of a's words that its passages with b cover."""
    b_in_a: float
    """The same of b's."""
    shared_words: int
    """Words in common: the smaller of the two sides' covered words."""
    passages: tuple[Passage, ...]

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values: times in ISO 8601 UTC, and no text of an article as a whole."""
        return {
            **asdict(self),
            "a": _plain(self.a),
            "b": None if self.b is None else _plain(self.b),
        }


def _plain(article: Article) -> dict[str, Any]:
    values = asdict(article)
    del values["text"]  # who asks has it, and passages have theirs
    if article.published is not None:
        told = article.published.astimezone(UTC).replace(tzinfo=None)
        values["published"] = f"{told.isoformat()}Z"
    return values
