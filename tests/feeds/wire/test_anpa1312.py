from __future__ import annotations

import pytest

from dedup.feeds.items import Item
from tests.feeds.wire.wired import anpa, fixture, one


def test_a_message_of_anpa_1312_gives_headline_text_source_and_time() -> None:
    assert one(fixture("anpa/story.anpa")) == Item(
        text="PORT SEVERIN, Marenia (HW) _ The night ferry between Port Severin and Belmar sailed on Tuesday "
        "for the first time in eleven years, with 212 people and a piano on board.\n\n"
        "``We had forgotten how dark it is out there,'' said the captain, Tove Rask.\n\n"
        "The fare is 4 marks for less than 5 < 6 nautical miles.\n\n___\n\nOn the Net: ferry.example",
        id="HW-W2870-2007-11-13T1509",
        title="Night ferry returns to Port Severin",
        source="HW",
        published="13 Nov 2007 15:09 EST",
    )


def test_quads_end_paragraphs_of_wrapped_lines() -> None:
    assert one(fixture("anpa/quads.anpa")) == Item(
        text="OSTRA _ Grain rose sharply on Friday after the ice in the harbour of Port Severin broke and "
        'the first of forty ships put out.\n\n"It sounded like furniture," said Joren Haal, a trader.',
        id="B1488-2014-10-31T1635",
        title="Grain rises in Ostra as the harbour of Port Severin thaws after nine weeks",
        published="2014-10-31T16:35:00-04:00",
    )


def test_a_table_of_anpa_1312_keeps_its_rows() -> None:
    item = one(fixture("anpa/table.anpa"))
    assert item.text == (
        "All Times Local\n\nW L Pct\n\nPort Severin 73 52 .584\nBelmar 73 51 .589\n\n___\n\n"
        "Saturday's Games\n\nPort Severin 6, Belmar 5\n\nOstra 4, Lindmoor 3"
    )
    assert (item.id, item.title) == ("HW-s0284-2019-08-18T2017", "Marenia Glance")
    assert item.published == "2019-08-18T20:17:00Z"


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("^BC-ML--Ferry,17<\r\n\t   Text.", "BC-ML--Ferry", "Text."),
        (
            "^BC-ML--Ferry, 1st Ld,17<\r\n^By ODA LIND=\r\n^HW Writer=\r\n\t   Text.",
            "BC-ML--Ferry, 1st Ld",
            "Text.",
        ),
        ("^BC-ML--Ferry<\r\n^HW Photo MAR1<\r\n^Sails<\r\n^Teaser.<\r\n\t   Text.", "Sails", "Text."),
        ("^*9006< ^BC-ML--Ferry,17<\r\n^Sails<\r\n\t   Text.", "Sails", "Text."),
        ("^A headline alone<\r\n\t   Text.", "A headline alone", "Text."),
        ("\t   Text.", "BC-ML--Ferry", "Text."),
        ("\t   Text.\r\n^A HEADING=\r\n\t   More.", "BC-ML--Ferry", "Text.\n\nA HEADING\n\nMore."),
        (
            "^BC-ML--Ferry,17<\r\n^Sails<\r\n^First item\r\n^Second item\r\n",
            "Sails",
            "First item\n\nSecond item",
        ),
        ("Text without a mark<\r\nand more.<", "BC-ML--Ferry", "Text without a mark\n\nand more."),
    ],
)
def test_marked_lines_above_a_text_of_anpa_1312_are_told_apart(text: str, title: str, body: str) -> None:
    item = one(anpa(text))
    assert (item.title, item.text) == (title, body)


def test_a_kill_is_a_message_like_others_as_it_names_no_other_by_number() -> None:
    item = one(anpa("^BC-ML--Ferry, KILL,12<\r\n^BULLETIN KILL<\r\n\t   Kill the story about the ferry."))
    assert (item.status, item.title) == (None, "BULLETIN KILL")
