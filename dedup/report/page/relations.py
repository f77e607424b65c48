"""The relations, in the order in which they are told, and what each means to somebody who reads a report."""

from __future__ import annotations

MEANINGS = {
    "exact": "the same words",
    "version": "one story of one source, in another state",
    "wrapped": "the same story in other furniture",
    "near": "most of each is in the other",
    "excerpt": "most of one is in the other",
    "shared": "a real part in common, no more",
    "roundup": "one holds several unrelated articles",
    "template": "one form with other facts",
    "boilerplate": "only furniture in common",
}
"""No member of a cluster has one of the last four."""
