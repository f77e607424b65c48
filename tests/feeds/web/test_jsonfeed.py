from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from dedup.feeds.contract import FeedOptions, Tally
from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.sources import Source
from dedup.feeds.web import jsonfeed
from tests.feeds.made import items_of

FEED = (Path(__file__).parent.parent / "fixtures" / "jsonfeed" / "version11.json").read_bytes()
VERSION = "https://jsonfeed.org/version/1"


def feed(*items: object, **said: object) -> bytes:
    return json.dumps({"version": VERSION, "title": "Halcyon Wire", **said, "items": items}).encode()


def test_a_feed_gives_its_items_and_counts_what_has_no_text() -> None:
    assert items_of(jsonfeed, FEED) == [
        Item(
            text="Eastgate School has a new boiler.\n\nThe old one goes to a museum & will be heated there.",
            id="le-601",
            version="2026-02-20T09:10:00+01:00",
            title="Boiler replaced at last",
            source="The Lindmoor Echo",
            published="2026-02-20T08:00:00+01:00",
            url="https://lindmoorecho.example/601",
        ),
        Item(
            text="If <this> is a tag, nobody told the author.\n\nA second paragraph.",
            id="602",
            source="The Lindmoor Echo",
            published="2026-02-21T08:00:00+01:00",
            url="https://tarnvalley.example/9",
        ),
        Aside("items_without_text"),
    ]


@pytest.mark.parametrize("head", [FEED, feed(), b"\xef\xbb\xbf \n" + FEED, FEED.replace(b"/", b"\\/")])
def test_a_feed_is_recognised_by_its_version(head: bytes) -> None:
    assert jsonfeed.recognises(head)


@pytest.mark.parametrize(
    "head",
    [b"", b"{}", b'{"version": "1.1", "items": []}', b"[" + FEED + b"]", b'{"version": "https://x.org/1"}'],
)
def test_other_json_is_not_recognised(head: bytes) -> None:
    assert not jsonfeed.recognises(head)


def test_an_item_that_is_none_is_a_fault_and_the_next_are_read() -> None:
    found = items_of(jsonfeed, feed({"content_text": "One."}, 7, None, "text", {"content_text": "Two."}))
    reason = "the item is no object but {}; each of `items` holds an article in `{{ }}`"
    assert [one.text if isinstance(one, Item) else one for one in found] == [
        "One.",
        Fault(reason.format("7")),
        Fault(reason.format("null")),
        Fault(reason.format('"text"')),
        "Two.",
    ]


def test_values_of_other_types_are_absent() -> None:
    odd = {"id": ["a"], "title": {"a": 1}, "url": 7.5, "date_published": False, "content_text": "One."}
    assert items_of(jsonfeed, feed(odd, title=None)) == [Item(text="One.", id="7.5", url="7.5")]
    assert items_of(jsonfeed, feed({"content_text": 5, "content_html": ["x"]})) == [
        Aside("items_without_text")
    ]


def test_the_fullest_of_what_it_says_is_the_text() -> None:
    both = {"content_html": "<p>Read on.</p>", "content_text": "All of the article.", "summary": "Some."}
    assert [one.text for one in items_of(jsonfeed, feed(both)) if isinstance(one, Item)] == [
        "All of the article."
    ]


@pytest.mark.parametrize("data", [b'{"items": {}}', b'{"title": "x"}', b"[]", b"7", b"null"])
def test_a_feed_without_a_list_of_items_is_a_fault(data: bytes) -> None:
    reason = "it has no list of items; a JSON Feed holds its articles in `items`"
    assert items_of(jsonfeed, data) == [Fault(reason, cut_off=True)]


def test_a_feed_that_breaks_off_gives_its_whole_items() -> None:
    whole = feed({"content_text": "One."}, {"content_text": "Two."}, {"content_text": "Three."})
    found = items_of(jsonfeed, whole[: whole.index(b"Three")])
    assert found == [
        Item(text="One.", source="Halcyon Wire"),
        Item(text="Two.", source="Halcyon Wire"),
        Fault("the JSON breaks off or is damaged: Input data was truncated", cut_off=True),
    ]
    assert items_of(jsonfeed, whole.removesuffix(b"}")) == [
        *found[:2],
        Item(text="Three.", source="Halcyon Wire"),
    ]


def test_half_characters_are_replaced_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "feed.json"
    path.write_bytes(feed({"content_text": "A cut-off smile \ud83d"}, {"content_text": "Two."}))
    tally = Tally(lambda _: None)
    found = list(jsonfeed.items(Source(name=str(path), index=0, path=path), FeedOptions(), tally))
    assert found == [
        Item(text="A cut-off smile \ufffd", source="Halcyon Wire"),
        Item(text="Two.", source="Halcyon Wire"),
    ]
    assert tally.counts["lone_surrogates"] == 1


@pytest.mark.parametrize(
    "garbage", ["[", '{"a":', '"items":[', '"items":[{},', '{"title":"', "\\", '"', "1,"]
)
def test_garbage_is_told(garbage: str) -> None:
    assert items_of(jsonfeed, b'{"items":[' + garbage.encode() * (200_000 // len(garbage)))


def test_nothing_escapes_from_a_damaged_feed() -> None:
    dice = random.Random(7)
    for _ in range(400):
        damaged = bytearray(FEED[: dice.randrange(len(FEED))] if dice.random() < 0.3 else FEED)
        for _ in range(dice.randrange(0, 5)):
            if damaged:
                damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        for found in items_of(jsonfeed, bytes(damaged)):
            assert isinstance(found, (Item, Fault, Aside))
            if isinstance(found, Item):
                found.text.encode()
