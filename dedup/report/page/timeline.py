"""The members of a cluster into a strip of time: SVG of numbers alone, so no word of a feed is in it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dedup.report.page.clusters import Member

# Copies come within minutes and trickle in for days; on a scale of equal steps all but the last would be one
# dot. Each step of this one is a factor of time, and the marks under it say which.
_STEP = 60.0  # seconds: what is nearer than this to the first counts as next to it
_TICKS = (
    (60, "1 min"),
    (600, "10 min"),
    (3_600, "1 h"),
    (6 * 3_600, "6 h"),
    (86_400, "1 day"),
    (3 * 86_400, "3 days"),
    (7 * 86_400, "1 week"),
    (30 * 86_400, "30 days"),
    (365 * 86_400, "1 year"),
    (3_650 * 86_400, "10 years"),
)
_MARGIN = 4.0  # percent of the width, at either end
_APART = 12.0  # percent between two labels: on a phone 40 of 340 pixels
_CLOSE = 6.0  # percent between two marks in one lane: a phone's 20 pixels
_LANES, _LANE = 5, 28  # how many, and pixels from one to the next
_NUMBERED = 40  # marks up to which each has its number


@dataclass(frozen=True)
class Strip:
    """Where the marks and the labels are, in percent of the width, and in which lanes, 0 at the bottom."""

    members: tuple[Member, ...]
    xs: tuple[float, ...]
    lanes: tuple[int, ...]
    ticks: tuple[tuple[float, str], ...]


def strip(members: Sequence[Member]) -> Strip | None:
    """Place the members that have a time; None where fewer than two times differ."""
    timed = [(member.lag, member) for member in members if member.lag is not None]
    places = [_scaled(seconds) for seconds, _ in timed]
    if len(set(places)) < 2:
        return None
    low, high = min(places), max(places)
    xs = tuple(_MARGIN + (100 - 2 * _MARGIN) * (place - low) / (high - low) for place in places)
    return Strip(tuple(member for _, member in timed), xs, _lanes(xs), _ticks(low, high))


def drawn(placed: Strip) -> Markup:
    """The strip as SVG. What it says stands in words in the list of members."""
    floor = _LANE * (max(placed.lanes) + 1) - 8
    label = f"Strip of time: {len(placed.members)} articles, as in the list that follows"
    parts = [
        f'<svg class="strip" width="100%" height="{floor + 38}" role="img" aria-label="{label}">',
        f'<line x2="100%" y1="{floor + 16}" y2="{floor + 16}"/>',
    ]
    for x, name in placed.ticks:
        parts.append(f'<line x1="{x:.1f}%" x2="{x:.1f}%" y2="{floor + 20}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}%" y="{floor + 34}">{name}</text>')
    numbered = len(placed.members) <= _NUMBERED
    for member, x, lane in zip(placed.members, placed.xs, placed.lanes, strict=True):
        parts += _mark(member, f"{x:.1f}%", floor - _LANE * lane, numbered)
    return Markup("".join(parts) + "</svg>")


def _mark(member: Member, x: str, y: int, numbered: bool) -> Iterator[str]:
    """A square for the origin, a circle for a copy, a ring around the lead."""
    if member.is_origin:
        yield f'<rect x="{x}" y="{y - 10}" width="20" height="20" rx="3" transform="translate(-10 0)"/>'
    else:
        yield f'<circle cx="{x}" cy="{y}" r="{10 if numbered else 4}"/>'
    if member.is_lead:
        yield f'<circle class="ring" cx="{x}" cy="{y}" r="14"/>'
    if numbered or member.is_origin:
        kind = ' class="on"' if member.is_origin else ""
        yield f'<text{kind} x="{x}" y="{y + 4}">{member.number}</text>'


def _scaled(seconds: float) -> float:
    return math.copysign(math.log1p(abs(seconds) / _STEP), seconds)


def _lanes(xs: Sequence[float]) -> tuple[int, ...]:
    """The lowest lane with room; where all are taken, the one that was taken longest ago."""
    last = [-math.inf] * _LANES
    taken = []
    for x in xs:
        free = [lane for lane in range(_LANES) if x - last[lane] >= _CLOSE]
        lane = free[0] if free else last.index(min(last))
        last[lane] = x
        taken.append(lane)
    return tuple(taken)


def _ticks(low: float, high: float) -> tuple[tuple[float, str], ...]:
    before = [(-seconds, f"{name} before") for seconds, name in reversed(_TICKS)]
    kept: list[tuple[float, str]] = []
    for seconds, name in [*before, (0, "first"), *_TICKS]:
        place = _scaled(seconds)
        x = _MARGIN + (100 - 2 * _MARGIN) * (place - low) / (high - low)
        if low <= place <= high and (not kept or x - kept[-1][0] >= _APART):
            kept.append((x, name))
    return tuple(kept)
