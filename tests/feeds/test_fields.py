from __future__ import annotations

import pytest

from dedup.articles import USUAL_NAMES
from dedup.errors import FeedError
from dedup.feeds.fields import choose, told


@pytest.mark.parametrize(
    ("field", "name"), [(field, name) for field, names in USUAL_NAMES.items() for name in names]
)
def test_every_usual_name_is_recognised_without_case(field: str, name: str) -> None:
    for written in (name, name.upper(), f" {name.title()} "):
        assert choose(["text", written] if field != "text" else [written], {}, "feed")[field] == written


def test_the_more_usual_name_wins_and_then_the_exact_spelling() -> None:
    assert choose(["article", "Body", "body", "BODY"], {}, "feed") == {"text": "body"}
    assert choose(["article", "Body", "BODY"], {}, "feed") == {"text": "Body"}


def test_a_named_field_wins_over_a_usual_one() -> None:
    assert choose(["text", "story"], {"text": "story"}, "feed") == {"text": "story"}


def test_a_name_is_taken_as_it_is_written() -> None:
    with pytest.raises(
        FeedError, match=r"no record has a field 'body' for text; the fields there are: 'Body'"
    ):
        choose(["Body"], {"text": "body"}, "feed")


def test_a_feed_of_many_fields_shows_some_of_them() -> None:
    with pytest.raises(FeedError, match=r"'f0', .*, 'f39' and 60 more; name one with"):
        choose([f"f{number}" for number in range(100)], {}, "feed")


def test_a_feed_without_fields_says_so() -> None:
    with pytest.raises(FeedError, match=r"which field holds the text\? its records have no fields"):
        choose([], {}, "feed")


def test_the_choice_is_told_in_words() -> None:
    assert told({"text": "body", "id": "guid"}) == (
        "text from 'body', id from 'guid'; no title, source, published, url"
    )
    every = {field: field for field in USUAL_NAMES}
    assert "; no" not in told(every)
