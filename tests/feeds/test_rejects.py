from __future__ import annotations

from pathlib import Path

import pytest

from dedup.errors import TooManyRejects
from dedup.feeds import Feed, check_rejects
from tests.feeds.made import feed_of, lines


def feed(tmp_path: Path, good: int, bad: int) -> Feed:
    return feed_of(tmp_path / "feed.jsonl", lines({"text": "a"}, *["{"] * bad, *[{"text": "a"}] * (good - 1)))


@pytest.mark.parametrize(
    ("good", "bad", "allowed"), [(1, 9, 0.0), (990, 10, 0.01), (90, 10, 0.1), (1, 50, 1.0)]
)
def test_few_rejects_are_let_pass(tmp_path: Path, good: int, bad: int, allowed: float) -> None:
    check_rejects(feed(tmp_path, good, bad), allowed)


@pytest.mark.parametrize(("good", "bad", "allowed"), [(1, 10, 0.0), (989, 10, 0.01), (90, 11, 0.1)])
def test_many_rejects_end_the_run(tmp_path: Path, good: int, bad: int, allowed: float) -> None:
    with pytest.raises(TooManyRejects):
        check_rejects(feed(tmp_path, good, bad), allowed)


def test_the_message_says_how_many_the_first_and_the_mend(tmp_path: Path) -> None:
    with pytest.raises(TooManyRejects) as error:
        check_rejects(feed(tmp_path, 988, 12), 0.01)
    assert str(error.value) == (
        "12 of 1,000 records could not be read (1.2%, and 1.0% is allowed); "
        f"the first is {tmp_path}/feed.jsonl, record 2: it is not JSON: input data was truncated. "
        "Mend the feed, or allow more with --max-errors SHARE"
    )


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_a_share_out_of_range_is_a_bad_argument(tmp_path: Path, share: float) -> None:
    with pytest.raises(ValueError, match=f"max_errors must be a share from 0 to 1, got {share}"):
        check_rejects(feed(tmp_path, 1, 0), share)


@pytest.mark.parametrize("bad", [1, 9, 10])
def test_one_reject_is_too_many_where_nothing_could_be_read(tmp_path: Path, bad: int) -> None:
    nothing = feed_of(tmp_path / "feed.jsonl", lines(*["{"] * bad))
    with pytest.raises(TooManyRejects, match=r"100\.0%"):
        check_rejects(nothing, 0.5)
    check_rejects(nothing, 1.0)


def test_an_empty_feed_is_let_pass(tmp_path: Path) -> None:
    check_rejects(feed_of(tmp_path / "feed.jsonl", b""), 0.0)
