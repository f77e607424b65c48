"""The cluster rule: who is held to whom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.jit import jit

I64 = NDArray[np.int64]


@jit
def assign_leads(order: I64, starts: I64, neighbours: I64) -> I64:
    """Walk `order` down: an unassigned node becomes a lead and takes its unassigned neighbours.

    `neighbours[starts[i]:starts[i + 1]]` are the nodes that may join node `i`. Returns the lead of each
    node (int64); a lead's is itself.
    """
    lead = np.full(starts.size - 1, -1, np.int64)
    for node in order:
        if lead[node] >= 0:
            continue
        lead[node] = node
        for i in range(starts[node], starts[node + 1]):
            if lead[neighbours[i]] < 0:
                lead[neighbours[i]] = node
    return lead
