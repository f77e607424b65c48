"""The cluster rule: who is held to whom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.jit import bare, jit

I64 = NDArray[np.int64]

Links = tuple[I64, I64]
"""Of each node its neighbours: `neighbours[starts[i]:starts[i + 1]]`."""


@jit
def assign_leads(order: I64, joining: Links, apart: Links) -> I64:
    """Walk `order` down: an unassigned node becomes a lead and takes its unassigned neighbours.

    `joining` are the nodes that may join each node, and they are taken in that order; `apart` those that may
    not share a cluster with it. Returns the lead of each node (int64); a lead's is itself.
    """
    starts, neighbours = joining
    lead = np.full(starts.size - 1, -1, np.int64)
    for node in order:
        if lead[node] >= 0:
            continue
        lead[node] = node
        for i in range(starts[node], starts[node + 1]):
            other = neighbours[i]
            if lead[other] < 0 and not any_led_by(node, lead, apart, other):
                lead[other] = node
    return lead


@bare
def any_led_by(leader: int, lead: I64, links: Links, node: int) -> bool:
    """Whether a neighbour of `node` has this lead."""
    for i in range(links[0][node], links[0][node + 1]):  # noqa: SIM110 - numba has no generators in any()
        if lead[links[1][i]] == leader:
            return True
    return False
