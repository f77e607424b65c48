from __future__ import annotations

import random
from pathlib import Path

import pytest

from dedup.feeds.items import Aside, Fault, Item
from dedup.feeds.markup import newsml
from tests.feeds.damage import damaged
from tests.feeds.made import items_of

FIXTURES = Path(__file__).parent.parent / "fixtures" / "newsml"
URN = "urn:newsml:ostra.example:20260714:op-114"


def news(component: str, management: str = "") -> str:
    """A small document with one news item."""
    return (
        "<NewsML><NewsItem><Identification><NewsIdentifier><NewsItemId>1</NewsItemId></NewsIdentifier>"
        f"</Identification><NewsManagement>{management}</NewsManagement>{component}</NewsItem></NewsML>"
    )


def component(inner: str, role: str = "", headline: str = "", attributes: str = "") -> str:
    """A component with a role and a headline, where they are given."""
    lines = f"<NewsLines><HeadLine>{headline}</HeadLine></NewsLines>" if headline else ""
    return f'<NewsComponent {attributes}><Role FormalName="{role}"/>{lines}{inner}</NewsComponent>'


def data(text: str, kind: str = "text/plain") -> str:
    """A content item."""
    return f'<ContentItem><MimeType FormalName="{kind}"/><DataContent>{text}</DataContent></ContentItem>'


def read(text: str) -> list[Item | Fault | Aside]:
    return items_of(newsml, text.encode())


def told(text: str) -> list[tuple[str | None, str | None, str]]:
    return [(item.id, item.title, item.text) for item in read(text) if isinstance(item, Item)]


def test_a_story_in_two_languages_is_two_items_and_the_first_has_the_id() -> None:
    english, french = items_of(newsml, (FIXTURES / "two-languages.xml").read_bytes())
    assert english == Item(
        text="A landslide shut the road.\n\nNobody was hurt.",
        id=URN,
        version="2",
        title="Road to the mine is shut",
        source="Ostra Press Agency",
        published="20260714T110000+0000",
        prior_ids=["urn:newsml:ostra.example:20260713:op-98"],
        byline="Anselm Drury",
        status="Embargoed",
        embargoed="20260714T150000+0000",
    )
    assert french == english._replace(
        text="Un éboulement a fermé la route.\n\nPersonne n’a été blessé.\n\nLa mine travaille.",
        id=f"{URN}#fr",
        title="La route de la mine est fermée",
    )


def test_several_items_are_read_and_pictures_and_packages_counted() -> None:
    story, kill, package, picture = items_of(newsml, (FIXTURES / "several.xml").read_bytes())
    assert story == Item(
        text="Fog shut the port at dawn.\n\nIt lifted at noon.",
        id="urn:newsml:halcyon.example:20260714:hw-1",
        version="4",
        title="Fog at the port",
        source="Halcyon Wire",
        published="20260714T080000Z",
        status="Usable",
    )
    assert kill == Item(
        text="", id="urn:newsml:halcyon.example:hw-2", source="halcyon.example", status="Canceled"
    )
    assert (package, picture) == (Aside("packages"), Aside("items_without_text"))


@pytest.mark.parametrize(
    ("components", "expected"),
    [
        (component(data("a")), [("1", None, "a")]),
        (component(component(data("a"), "Main"), "", "T"), [("1", "T", "a")]),
        (
            component(component(data("a"), "Main") + component(data("b"), "Sidebar"), "", "T"),
            [("1", "T", "a")],
        ),
        (
            component(component(data("a"), "", "T") + component(data("b"), "", "U")),
            [("1", "T", "a"), ("1#2", "U", "b")],
        ),
        (component(component(data("a")) + component(data("b")), "", "T"), [("1", "T", "a\n\nb")]),
        (
            component(component(data("a")) + component(data("a more")), "", "T", 'EquivalentsList="yes"'),
            [("1", "T", "a more")],
        ),
        (component(data("a b c") + data("<p>a</p><p>b</p>", "text/xhtml")), [("1", None, "a\n\nb")]),
        (component(data("<nitf><body.content><p>a</p></body.content></nitf>")), [("1", None, "a")]),
        (component(data("&lt;p&gt;a&lt;/p&gt;&lt;p&gt;b&lt;/p&gt;")), [("1", None, "a\n\nb")]),
        (component(data("p {}", "text/css") + data("a")), [("1", None, "a")]),
        (component(data("a", "image/jpeg")), []),
        (component(data("a"), "Caption"), []),
    ],
)  # fmt: skip
def test_a_story_is_the_text_under_one_headline(
    components: str, expected: list[tuple[str | None, str | None, str]]
) -> None:
    assert told(news(components)) == expected


def test_an_item_in_an_item_is_read_and_the_outer_one_is_a_package() -> None:
    inner = news(component(data("a"))).removeprefix("<NewsML>").removesuffix("</NewsML>")
    assert read(news(f"<NewsComponent>{inner}</NewsComponent>")) == [
        Item(text="a", id="1"),
        Aside("packages"),
    ]


@pytest.mark.parametrize(
    ("status", "future", "embargoed"),
    [("Embargoed", "Usable", "T1"), ("Usable", "Canceled", None), ("Embargoed", "Withheld", None)],
)
def test_the_embargo_ends_when_the_status_changes(status: str, future: str, embargoed: str | None) -> None:
    change = f'<FutureStatus FormalName="{future}"/><DateAndTime>T1</DateAndTime>'
    management = f'<Status FormalName="{status}"/><StatusWillChange>{change}</StatusWillChange>'
    [item] = read(news(component(data("a")), management))
    assert isinstance(item, Item)
    assert (item.status, item.embargoed) == (status, embargoed)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("\n<NewsML Version='1.2'>", True),
        ("<!DOCTYPE NewsML SYSTEM 'x'><NewsML>", True),
        ("<newsItem>", False),
    ],
)
def test_it_is_recognised_by_its_root(head: str, expected: bool) -> None:
    assert newsml.recognises(head.encode()) is expected


@pytest.mark.parametrize("path", sorted(FIXTURES.iterdir()), ids=lambda path: path.name)
def test_damage_of_any_kind_ends_in_items_and_faults(path: Path) -> None:
    whole, chance = path.read_bytes(), random.Random(path.name)
    for _ in range(300):
        found = items_of(newsml, damaged(whole, chance))
        assert all(isinstance(item, (Item, Fault, Aside)) for item in found)


# What the examples of Business Wire hold: first words of the title, paragraphs, and how text starts and ends.
EXAMPLES = {
    "20130515006361": ("Dell Redefines", 28, "Dell today", "coming months"),
    "20130605006126": ("Cambrios被Gartner", 13, "(美國商業資訊)", "法律效力之版本。"),
    "20130612006110": ("APP发布", 22, "亚洲浆纸业有限公司", "www.tft-forests.org。"),
    "20130731006140": ("Lunch Taking", 15, "With more", "its affiliates."),
}


@pytest.mark.parametrize("number", EXAMPLES)
def test_the_examples_of_business_wire_are_read(shared: Path, number: str) -> None:
    path = shared / "formats" / "ninjs" / "NewsML" / f"businesswire-newsml-{number}.xml"
    [item] = items_of(newsml, path.read_bytes())
    assert isinstance(item, Item)
    title, paragraphs, start, end = EXAMPLES[number]
    assert (item.title or "").startswith(title)
    assert (item.text.count("\n\n") + 1, item.text[: len(start)], item.text[-len(end) :]) == (
        paragraphs,
        start,
        end,
    )
    assert (item.id, item.version) == (f"urn:newsml:businesswire.com:20010714:{number}", "1")
    assert (item.source, item.status, item.prior_ids) == ("Business Wire", "Usable", None)
    assert "Photo: Business Wire" not in item.text  # a caption
