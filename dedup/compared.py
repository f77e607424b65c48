"""`Compared`: links into the pairs that have a relation, each compared once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dedup.clock import Clock
from dedup.lists import Links
from dedup.pairs import FORM, Pairs, among, merge, no_pairs, pair_keys
from dedup.provenance import Provenance
from dedup.settings import Settings
from dedup.sketches import Nodes
from dedup.stages import candidates
from dedup.stages.compare import Shingles, compare
from dedup.stages.relate import relate
from dedup.stages.template import Kinds, are_framed, are_templates
from dedup.threads import untold

Progress = Callable[[float], None]


class Compared:
    """The pairs compared so far; those without a relation are remembered by key alone.

    `keys`: int64, ascending, the `pair_keys` of all. While boilerplate is learnt, `FORM` tells pages of one
    frame instead of templates. `known`: what was compared then; where neither node has any boilerplate, it is
    not compared again.
    """

    def __init__(
        self,
        nodes: Nodes,
        provenance: Provenance,
        settings: Settings,
        clock: Clock,
        *,
        learns: bool = False,
        known: Compared | None = None,
    ) -> None:
        self.nodes = nodes
        self.learns = learns
        self.provenance = provenance
        self.settings = settings
        self.clock = clock
        self._parts: list[Pairs] = []
        self.keys: NDArray[np.int64] = np.empty(0, np.int64)
        self.kinds: Kinds = known.kinds if known else Kinds(nodes, provenance)
        self._shingles: Shingles = Shingles(nodes, settings, known._shingles if known else None)
        self._known = known._without_boilerplate(nodes) if known else (np.empty(0, np.int64), no_pairs())

    @property
    def number(self) -> int:
        """How many pairs."""
        return self.keys.size

    def add(self, links: Links, progress: Progress = untold) -> list[Pairs]:
        """Compare the links that are new, and return those that have a relation, in parts."""
        left, right = candidates.without(links, self.keys)
        keys = pair_keys(left, right)
        self.keys = np.sort(np.concatenate([self.keys, keys]), kind="stable")  # it merges what is in order
        is_new = ~among(keys, self._known[0])
        with self.clock("compare"):
            told = compare(
                self.nodes,
                left[is_new],
                right[is_new],
                self.settings,
                progress,
                (self._shingles, lambda pairs: relate(pairs, self.nodes, self.provenance, self.settings)),
            )
            known = self._known[1]
            parts = [told, known.take(np.flatnonzero(among(known.keys, keys)))]
        with self.clock("relate"):
            for part in parts:
                self._tell_forms(part)
        self._parts += parts
        return parts

    def _tell_forms(self, told: Pairs) -> None:
        """Fill in `FORM`."""
        if self.learns:
            told.figures[:, FORM] = are_framed(self.nodes, told, self.provenance, self.settings.workers)
        else:
            told.figures[:, FORM] = are_templates(
                self.nodes, told, self.provenance, self.kinds, self.settings
            )

    def whole(self) -> Pairs:
        """All that have a relation."""
        self._parts = [merge(self._parts)]
        return self._parts[0]

    def _without_boilerplate(self, nodes: Nodes) -> tuple[NDArray[np.int64], Pairs]:
        """The keys of the pairs of which no node has any, and of these the pairs that have a relation."""
        bare = nodes.own == nodes.counts
        keys, pairs = self.keys, self.whole()
        return (
            keys[bare[keys >> 32] & bare[keys & 0xFFFFFFFF]],
            pairs.take(np.flatnonzero(bare[pairs.left] & bare[pairs.right])),
        )
