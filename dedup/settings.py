"""All options of the work itself, in one frozen dataclass that is validated once."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from dataclasses import dataclass
from typing import Any

KEEP_RULES = ("lead", "origin", "longest", "latest", "credited")

# What has no bearing on the answer is left out of the settings' fingerprint.
_NOT_IN_ANSWER = ("threads", "memory")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How articles are sketched, compared and clustered.

    Raises `ValueError`, with the value received, when a field is out of range.
    """

    shingle: int = 3
    """Tokens in one shingle."""
    permutations: int = 128
    """Hash functions in a signature."""
    bands: int = 32
    """LSH bands of a signature; must divide `permutations`. 32 of 4 rows find 99 % at Jaccard 0.6."""
    kgram: int = 6
    """Tokens in one fingerprint, and the shortest run of equal tokens that can anchor a passage."""
    window: int = 12
    """Winnowing window: any shared run of `kgram + window - 1` tokens shares a fingerprint."""
    gap: int = 16
    """Most tokens, on either side, between two anchors of one passage."""
    threshold: float = 0.7
    """`near`: both containments reach this."""
    excerpt: float = 0.8
    """`excerpt`: the larger containment reaches this."""
    shared: float = 0.2
    """`shared`: the larger containment or the Jaccard reaches this."""
    told: float = 0.5
    """Pairs between clusters are listed member by member from this Jaccard or larger containment up."""
    min_words: int = 20
    """Articles of fewer tokens join a cluster only as `exact` copies."""
    min_repeat: int = 20
    """Fewest equal tokens in a repeated block."""
    boilerplate: int = 5
    """Stories, otherwise unrelated, that a passage must recur in to be boilerplate; 0 learns none."""
    keep: str = "lead"
    """Which member of a cluster `kept` keeps: one of `KEEP_RULES`."""
    threads: int = 0
    """Worker threads; 0 means one per available core. Has no bearing on the answer."""
    memory: int = 0
    """MiB that a run may take, about: texts and sketches above 60 % of it lie in temporary files. 0 means all
    that is free. Has no bearing on the answer."""

    def __post_init__(self) -> None:
        for name, low, high in (
            ("shingle", 1, 16),
            ("permutations", 4, 1024),
            ("bands", 1, 1024),
            ("kgram", 2, 64),
            ("window", 1, 256),
            ("gap", 0, 64),
            ("min_words", 0, 1_000_000),
            ("min_repeat", 2, 1_000_000),
            ("boilerplate", 0, 1_000_000),
            ("threads", 0, 1024),
            ("memory", 0, 1 << 24),
        ):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
                raise ValueError(f"{name} must be a whole number from {low} to {high}, got {value!r}")
        if self.permutations % self.bands:
            raise ValueError(f"bands must divide permutations ({self.permutations}), got {self.bands!r}")
        if self.boilerplate == 1:  # every passage of every article
            raise ValueError(f"boilerplate must be 0 or at least 2, got {self.boilerplate!r}")
        if self.min_repeat < self.kgram:  # nothing shorter than a fingerprint is found
            raise ValueError(f"min_repeat must be at least kgram ({self.kgram}), got {self.min_repeat!r}")
        for name in ("threshold", "excerpt", "shared", "told"):
            value = getattr(self, name)
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value <= 1:
                raise ValueError(f"{name} must be above 0 and at most 1, got {value!r}")
        if self.keep not in KEEP_RULES:
            raise ValueError(f"keep must be one of {', '.join(KEEP_RULES)}, got {self.keep!r}")

    @property
    def least(self) -> float:
        """The least share that any rule asks for: what is below it is no candidate."""
        return min(self.shared, self.told, self.threshold, self.excerpt)

    @property
    def workers(self) -> int:
        """Threads to use: `threads`, or one per core this process may run on."""
        if self.threads:
            return self.threads
        allowed = getattr(os, "sched_getaffinity", None)  # not on macOS
        return len(allowed(0)) if allowed else os.cpu_count() or 1

    def as_dict(self) -> dict[str, Any]:
        """All settings by name."""
        return dataclasses.asdict(self)

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever a setting that bears on the answer does."""
        answer = {name: value for name, value in self.as_dict().items() if name not in _NOT_IN_ANSWER}
        return hashlib.blake2b(json.dumps(answer, sort_keys=True).encode(), digest_size=8).hexdigest()
