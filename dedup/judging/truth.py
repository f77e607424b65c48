"""The columns of a truth into labelled pairs, or into the story of each article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dedup.errors import TruthError
from dedup.judging.sheet import Sheet, read_sheet
from dedup.judging.told import Pair, pair

TOGETHER = ("exact", "version", "wrapped", "near", "excerpt")
"""Relations that join a cluster."""
APART = ("shared", "roundup", "template", "boilerplate")
"""Relations that do not."""
RELATIONS = (*TOGETHER, *APART)
_YES = ("copy", "duplicate", "same", "yes", "1", "true")
_NO = ("different", "apart", "no", "0", "false")
KNOWN = (*RELATIONS, *_YES, *_NO)
"""All labels that a truth may use, in the order of the design."""

_PAIR = ("a_id", "b_id")
_LABELS = ("label", "relation", "kind")
_IDS = ("id", "article_id")
_STORIES = ("cluster", "cluster_id", "story")
_WANTED = "a_id, b_id and label, a row per pair, or id and cluster, a row per article"


@dataclass(frozen=True)
class Labels:
    """Labelled pairs; a label is absent in a truth without labels, where every pair belongs together."""

    name: str
    label_of: Mapping[Pair, str | None]

    @property
    def ids(self) -> list[str]:
        """The articles, by code point."""
        return sorted({article for articles in self.label_of for article in articles})


@dataclass(frozen=True)
class Stories:
    """The story of each article; absent where no other article has it."""

    name: str
    story_of: Mapping[str, str | None]

    @property
    def ids(self) -> list[str]:
        """The articles, by code point."""
        return sorted(self.story_of)


def belongs_together(label: str | None) -> bool:
    """Whether a pair of this label is to share a cluster."""
    return label is None or label in TOGETHER or label in _YES


def read_truth(truth: Any) -> Labels | Stories:
    """Read a truth, of a kind told by its columns; raises `TruthError` with file, row and mend."""
    sheet = read_sheet(truth)
    id_, story = _first(sheet, _IDS), _first(sheet, _STORIES)
    is_pairs = all(name in sheet.columns for name in _PAIR)
    if not is_pairs and (id_ is None or story is None):
        there = ", ".join(sheet.columns) or "none"
        raise TruthError(f"{sheet.name}: its columns are {there}; give it {_WANTED}")
    if not sheet.numbers:
        raise TruthError(f"{sheet.name}: it has no row below the header; give it {_WANTED}")
    return _labels(sheet) if is_pairs or id_ is None or story is None else _stories(sheet, id_, story)


def _first(sheet: Sheet, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in sheet.columns), None)


def _labels(sheet: Sheet) -> Labels:
    name = _first(sheet, _LABELS)
    others = [column for column in sheet.columns if column not in _PAIR]
    if name is None and others:  # a label mistyped would make every pair a copy
        mend = "name the column of labels 'label', or keep a_id and b_id alone if all pairs belong together"
        raise TruthError(f"{sheet.name}: no column of labels, but {', '.join(others)}; {mend}")
    label_of: dict[Pair, str | None] = {}
    row_of: dict[Pair, int] = {}
    for number, a, b, *said in sheet.rows(*_PAIR, *([name] if name else [])):
        articles = _pair(sheet, number, a, b)
        label = _label(sheet, number, said[0]) if name else None
        if label_of.setdefault(articles, label) != label:
            what = f"{a} and {b} are {label!r} here and {label_of[articles]!r} in row {row_of[articles]}"
            raise sheet.fault(number, what, "keep one of the two")
        row_of.setdefault(articles, number)
    return Labels(sheet.name, label_of)


def _pair(sheet: Sheet, number: int, a: str | None, b: str | None) -> Pair:
    if not a or not b:
        raise sheet.fault(number, f"no {'b_id' if a else 'a_id'}", "name both articles of the pair")
    if a == b:
        raise sheet.fault(number, f"{a} is paired with itself", "name two articles")
    return pair(a, b)


def _label(sheet: Sheet, number: int, said: str | None) -> str:
    label = (said or "").strip().lower()
    if label not in KNOWN:
        what = f"unknown label {said!r}" if label else "no label"
        raise sheet.fault(number, what, f"write one of {', '.join(KNOWN)}")
    return label


def _stories(sheet: Sheet, id_: str, story: str) -> Stories:
    story_of: dict[str, str | None] = {}
    row_of: dict[str, int] = {}
    for number, article, said in sheet.rows(id_, story):
        if not article:
            raise sheet.fault(number, f"no {id_}", "name the article")
        name = (said or "").strip() or None
        if story_of.setdefault(article, name) != name:
            here, there = (known or "a story of its own" for known in (name, story_of[article]))
            what = f"{article} is of {here} here and of {there} in row {row_of[article]}"
            raise sheet.fault(number, what, "keep one of the two")
        row_of.setdefault(article, number)
    return Stories(sheet.name, story_of)
