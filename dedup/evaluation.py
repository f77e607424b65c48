"""`Evaluation`: how a result compares with a truth, as one frozen result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

_DERIVED = ("precision", "recall", "f1", "b_cubed_f1", "missed_more", "false_alarms_more")


@dataclass(frozen=True, kw_only=True)
class LabelScore:
    """What became of the pairs of one label."""

    pairs: int
    """Pairs of that label."""
    same: int | None
    """Told with that very relation; absent where the label is no name of a relation."""
    joined: int
    """In one cluster."""
    told: int
    """Told at all: listed, joined, or counted between their clusters."""


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A pair told wrongly; relation and figures are absent where the result lists no such pair."""

    a_id: str
    b_id: str
    label: str | None
    """What the truth calls it, where it has labels."""
    relation: str | None
    jaccard: float | None
    a_in_b: float | None
    b_in_a: float | None


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How the clusters of a result compare with a truth of labelled pairs, or of the story of each article.

    Counts of pairs are of labelled pairs, or of all pairs of the articles that the truth names. Shares lie
    between 0 and 1.
    """

    truth: str
    """`pairs` or `clusters`."""
    ids: int
    """Articles that the truth names."""
    ids_unknown: int
    """Those that the result does not list, and so takes for single stories."""
    ids_split: int
    """Those with versions in several clusters: the cluster of the first version is taken."""
    together: int
    """Pairs that belong together."""
    apart: int
    """Pairs that do not."""
    joined: int
    """Pairs that are in one cluster."""
    joined_rightly: int
    """Pairs in one cluster that belong together."""
    adjusted_rand: float | None
    """Hubert and Arabie's index: 1 for the same clusters, about 0 for chance; absent for pairs."""
    b_cubed_precision: float | None
    """Of an article's cluster, the share that is of its story, the mean over articles; absent for pairs."""
    b_cubed_recall: float | None
    """Of an article's story, the share that is in its cluster, the mean over articles; absent for pairs."""
    labels: Mapping[str, LabelScore]
    """By label, where the truth has labels."""
    missed: tuple[Wrong, ...]
    """Pairs that belong together and are not joined: greatest overlap first, then those not listed."""
    false_alarms: tuple[Wrong, ...]
    """Pairs joined that do not belong together: least overlap first, then those not listed."""

    @property
    def precision(self) -> float | None:
        """Of the pairs joined, the share that belongs together: 1 if none is, absent if no pair is apart."""
        if not self.apart:
            return None
        return self.joined_rightly / self.joined if self.joined else 1.0

    @property
    def recall(self) -> float | None:
        """Of the pairs that belong together, the share joined; absent when there is none."""
        return self.joined_rightly / self.together if self.together else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        return _mean(self.precision, self.recall)

    @property
    def b_cubed_f1(self) -> float | None:
        """Harmonic mean of B-cubed precision and recall."""
        return _mean(self.b_cubed_precision, self.b_cubed_recall)

    @property
    def missed_more(self) -> int:
        """Missed pairs beyond those in `missed`."""
        return self.together - self.joined_rightly - len(self.missed)

    @property
    def false_alarms_more(self) -> int:
        """False alarms beyond those in `false_alarms`."""
        return self.joined - self.joined_rightly - len(self.false_alarms)

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values, the derived figures too."""
        return {**asdict(self), **{name: getattr(self, name) for name in _DERIVED}}


def _mean(precision: float | None, recall: float | None) -> float | None:
    if precision is None or recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
