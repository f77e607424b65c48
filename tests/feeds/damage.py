"""Documents as they arrive when a line, a disk or a program fails."""

from __future__ import annotations

import random


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """The document cut off, or with some of its bytes changed, gone or there twice."""
    start, end = sorted(chance.sample(range(len(whole)), 2))
    flipped = bytearray(whole)
    for place in chance.sample(range(len(whole)), 1 + chance.randrange(3)):
        flipped[place] = chance.randrange(256)
    ways = (whole[:end], bytes(flipped), whole[:start] + whole[end:], whole[:end] + whole[start:])
    return chance.choice(ways)
