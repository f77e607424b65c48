"""The contract: nights in any split and order say of all articles what one run over all of them says.

One body, held by every way of having an archive: open all the time, opened anew for each night, compacted,
and without texts.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.archive import Archive
from tests.archive.made import NIGHT, PARAGRAPHS, PLAIN, Row, feeds, frame, of_archive, of_one_run

EXAMPLES = 12  # a night takes a third of a second
OF_EACH_WAY = 5  # of four

Nights = Callable[[Archive], Archive]


def stay(archive: Archive) -> Archive:
    return archive


def reopened(archive: Archive) -> Archive:
    path = archive.path
    archive.close()
    return Archive.open(path)


def compacted(archive: Archive) -> Archive:
    archive.compact()
    return archive


WAYS = {
    "fresh": (stay, True),
    "reopened": (reopened, True),
    "compacted": (compacted, True),
    "without texts": (reopened, False),
}


@cache
def empty_archive(*, keep_text: bool) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wire.dedup"
        Archive.open(path, PLAIN, keep_text=keep_text).close()
        return path.read_bytes()


@contextmanager
def new_archive(*, keep_text: bool = True) -> Iterator[Path]:
    """An empty archive: making one takes as long as a night."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wire.dedup"
        path.write_bytes(empty_archive(keep_text=keep_text))
        yield path


def split(rows: list[Row], cuts: list[int], seed: int) -> list[list[Row]]:
    """Nights in another order than the feed's."""
    rows = Random(seed).sample(rows, len(rows))
    places = sorted(cut % (len(rows) + 1) for cut in cuts)
    return [rows[a:b] for a, b in zip([0, *places], [*places, len(rows)], strict=True)]


@pytest.mark.parametrize("way", WAYS)
@given(feeds(), st.lists(st.integers(0, 50), max_size=3), st.integers(0, 99))
@settings(max_examples=OF_EACH_WAY)
def test_nights_in_any_split_and_order_say_what_one_run_says(
    way: str, rows: list[Row], cuts: list[int], seed: int
) -> None:
    between, keep_text = WAYS[way]
    with new_archive(keep_text=keep_text) as path:
        archive = Archive.open(path)
        for night in split(rows, cuts, seed):
            archive.add(frame(night), as_of=NIGHT, window=None)
            archive = between(archive)
        assert of_archive(archive) == of_one_run(rows)
        archive.close()


def in_window(row: Row, as_of: datetime, window: timedelta) -> bool:
    """Whether an article that was added on `NIGHT` takes part."""
    time = NIGHT if row["published"] is None else datetime.fromisoformat(row["published"])
    return time >= as_of - window


@given(feeds(), st.integers(1, 60), st.lists(st.integers(0, 90), min_size=1, max_size=3))
@settings(max_examples=EXAMPLES)
def test_a_window_that_moves_says_what_one_run_over_what_is_in_it_says(
    rows: list[Row], hours: int, later: list[int]
) -> None:
    window = timedelta(hours=hours)
    with new_archive() as path, Archive.open(path) as archive:
        archive.add(frame(rows), as_of=NIGHT, window=window)
        for number, hour in enumerate(later):  # back and forth
            as_of = NIGHT + timedelta(hours=hour)
            archive.add(frame([{"id": f"n{number}", "text": "nothing"}]), as_of=as_of, window=window)
            live = [row for row in rows if in_window(row, as_of, window)]
            assert of_archive(archive) == of_one_run([*live, *nothings(number)], as_of)


def nothings(last: int) -> list[Row]:
    return [{"id": f"n{number}", "text": "nothing"} for number in range(last + 1)]


@given(feeds(), st.lists(st.integers(0, 9), max_size=4, unique=True))
@settings(max_examples=EXAMPLES)
def test_after_a_removal_it_says_what_one_run_over_the_rest_says(rows: list[Row], gone: list[int]) -> None:
    with new_archive() as path, Archive.open(path) as archive:
        archive.add(frame(rows), as_of=NIGHT, window=None)
        archive.remove(f"a{number}" for number in gone)
        rest = [row for row in rows if int(row["id"][1:]) not in gone]
        assert of_archive(archive) == of_one_run(rest)


@given(feeds(), st.integers(0, 90))
@settings(max_examples=EXAMPLES)
def test_after_an_expiry_it_says_what_one_run_over_the_rest_says(rows: list[Row], hours: int) -> None:
    before = NIGHT - timedelta(hours=hours)
    with new_archive() as path, Archive.open(path) as archive:
        archive.add(frame(rows), as_of=NIGHT, window=None)
        archive.expire(before)
        rest = [row for row in rows if in_window(row, before, timedelta(0))]
        assert of_archive(archive) == of_one_run(rest)


@given(
    feeds(8),
    st.lists(st.sampled_from(["canceled", "withheld", None]), min_size=8, max_size=8),
    st.integers(0, 9),
)
@settings(max_examples=EXAMPLES)
def test_kills_and_embargoes_act_in_any_order_of_nights(
    rows: list[Row], statuses: list[str | None], seed: int
) -> None:
    for number, row in enumerate(rows):
        row["status"] = statuses[number] if number % 3 == 0 else None
        row["embargoed"] = (NIGHT + timedelta(hours=number)).isoformat() if number % 4 == 1 else None
    with new_archive() as path, Archive.open(path) as archive:
        for night in split(rows, [1, 3], seed):
            archive.add(frame(night), as_of=NIGHT, window=None)
        assert of_archive(archive) == of_one_run(rows)
        later = NIGHT + timedelta(days=1)  # all embargoes have passed
        archive.add(frame([{"id": "n0", "text": "nothing"}]), as_of=later, window=None)
        assert of_archive(archive) == of_one_run([*rows, *nothings(0)], later)


def test_over_full_lists_link_to_the_same_shortest_articles(monkeypatch: pytest.MonkeyPatch) -> None:
    # A line that everyone prints: with small caps its lists are over-full, and hubs come and go.
    monkeypatch.setattr("dedup.stages.candidates.HUBS", 3)
    for module in ("dedup.lists", "dedup.archive.postings", "dedup.archive.meeting"):
        monkeypatch.setattr(f"{module}.CAP", 6)
        monkeypatch.setattr(f"{module}.HUBS", 3)
    line = PARAGRAPHS[2]
    random = Random(4)
    rows = [
        {
            "id": f"a{number}",
            "text": " ".join(
                [line, *random.choice(PARAGRAPHS).split()[: random.randint(1, 40)], str(number)]
            ),
            "published": (NIGHT - timedelta(hours=random.randint(0, 40))).isoformat(),
        }
        for number in range(60)
    ]
    window = timedelta(hours=30)
    with new_archive() as path, Archive.open(path) as archive:
        for first in range(0, 60, 12):
            as_of = NIGHT + timedelta(hours=first // 4)
            archive.add(frame(rows[first : first + 12]), as_of=as_of, window=window)
            live = [row for row in rows[: first + 12] if in_window(row, as_of, window)]
            assert of_archive(archive) == of_one_run(live, as_of)
