"""What an editor calls a repeat, and what only sounds like one: one made text of each kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from benchmarks.prose import drawn, names
from dedup.stages.repeats import repeats
from tests import reference
from tests.stages.made import ONE_THREAD, nodes_of

Repeat = tuple[str, str, float]


class Writer:
    """Made-up words from one seeded stream of chance."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def words(self, count: int) -> list[str]:
        return names(drawn(self.rng, count))

    def text(self, count: int) -> str:
        return " ".join(self.words(count)).capitalize() + "."

    def changed(self, words: Sequence[str], count: int) -> list[str]:
        """The words with some others in their place."""
        places = self.rng.choice(len(words), count, replace=False).tolist()
        return [f"other{place}" if place in places else word for place, word in enumerate(words)]

    def name(self) -> str:
        return " ".join(word.capitalize() for word in self.words(2))

    def number(self, most: int = 900) -> str:
        return str(self.rng.integers(100, 100 + most))


@pytest.fixture(params=range(3))
def writer(request: pytest.FixtureRequest) -> Writer:
    return Writer(request.param)


def found_in(text: str) -> list[Repeat]:
    """First place, later place and identical share of every repeat, in reading order."""
    nodes = nodes_of([text])
    tokens = reference.tokenise(text)

    def words(start: int, end: int) -> str:
        return text[tokens[start].start : tokens[end - 1].end]

    return [
        (words(a, b), words(c, d), equal / max(b - a, d - c))
        for a, b, c, d, equal in repeats(nodes, ONE_THREAD)[1].tolist()
    ]


# Repeats.


@pytest.mark.parametrize("between", ["\n\n", "\nBy Ilse Varga, city desk\n12 May\n\n"])
@pytest.mark.parametrize("size", [20, 33, 45])
def test_a_standfirst_that_is_the_lede_is_a_repeat(writer: Writer, size: int, between: str) -> None:
    lede = writer.text(size)
    text = f"{writer.text(8)}\n{lede}{between}{lede}\n\n{writer.text(250)}"
    assert found_in(text) == [(lede[:-1], lede[:-1], 1.0)]


@pytest.mark.parametrize(("size", "changes"), [(30, 2), (30, 3), (38, 3), (45, 2), (45, 3)])
@pytest.mark.parametrize("seed", range(12))
def test_a_standfirst_with_a_few_other_words_is_a_repeat(seed: int, size: int, changes: int) -> None:
    writer = Writer(seed)
    lede = writer.words(size)
    standfirst = writer.changed(lede, changes)
    title, body = writer.text(8), writer.text(200)
    ((first, later, identical),) = found_in(f"{title}\n{' '.join(standfirst)}\n\n{' '.join(lede)}. {body}")
    assert len(first.split()) >= 0.65 * size
    assert later in " ".join(lede)
    assert identical > 0.8


@pytest.mark.parametrize("size", [21, 28, 50])
def test_a_pull_quote_is_a_repeat(writer: Writer, size: int) -> None:
    quote = " ".join(writer.words(size))
    text = f'{writer.text(150)} "{quote}," she said. {writer.text(90)}\n\n"{quote}"\n\n{writer.text(120)}'
    assert found_in(text) == [(quote, quote, 1.0)]


@pytest.mark.parametrize("between", ["\n", "\nEnlarge this image. Photo: Ilse Varga\n"])
def test_a_caption_given_twice_is_a_repeat(writer: Writer, between: str) -> None:
    caption = " ".join(writer.words(24))
    text = f"{writer.text(90)}\n{caption}{between}{caption}\n{writer.text(120)}"
    assert found_in(text) == [(caption, caption, 1.0)]


@pytest.mark.parametrize("size", [26, 40])
def test_a_caption_on_every_picture_of_a_gallery_is_a_repeat(writer: Writer, size: int) -> None:
    caption = " ".join(writer.words(size))
    pictures = "\n".join(f"{number} of 6: {caption}" for number in range(1, 7))
    found = found_in(f"{writer.text(90)}\n{pictures}\n{writer.text(120)}")
    assert len(found) == 5
    assert all(caption in first and caption in later and same > 0.9 for first, later, same in found)


@pytest.mark.parametrize("copies", [2, 3, 25])
@pytest.mark.parametrize("between", ["\n\n", " Share this story. Read more on page 7. "])
def test_a_body_pasted_again_is_a_repeat(writer: Writer, copies: int, between: str) -> None:
    body = " ".join(writer.words(140))
    found = found_in(between.join([body] * copies))
    assert len(found) == copies - 1
    assert all(body in first and body in later for first, later, _ in found)


def test_a_paragraph_that_stands_in_each_of_four_letters_is_a_repeat(writer: Writer) -> None:
    paragraph = " ".join(writer.words(70))
    found = found_in("\n\n".join(f"{writer.text(40)} {paragraph}. {writer.text(50)}" for _ in range(4)))
    assert found == [(paragraph, paragraph, 1.0)] * 3


STATEMENT = """The harbour board has listened to the people of Lower Quay for eleven months, and it has
 heard them. We will not close the night ferry before a new bridge stands and its lamps are lit. Nobody who
 works the early shift at the cannery will have to walk the long road round the bay in winter."""
REPORT = """The night ferry stays, the harbour board said on Tuesday. "The harbour board has listened to the
 people of Lower Quay for eleven months, and it has heard them," chairwoman Ada Lind said. "We will not close
 the night ferry before a new bridge stands." Nobody who works the early shift at the cannery, she added, will
 have to walk the long road round the bay this winter."""


def test_a_statement_quoted_and_then_given_in_full_is_a_repeat_that_is_not_identical(writer: Writer) -> None:
    found = found_in(f"{REPORT} {writer.text(90)}\n\nThe statement in full:\n\n{STATEMENT}\n\nENDS")
    first, later, identical = found[0]
    assert first.startswith("The harbour board has listened to the")
    assert later.startswith("The harbour board has listened to the")
    assert 0.7 <= identical < 1
    assert all(later in STATEMENT for _, later, _ in found)


def test_the_head_of_a_block_is_told_though_its_words_stood_elsewhere_before(writer: Writer) -> None:
    office = "the Joint Board of Inland Waterways and Harbours"
    block = f"{office} {' '.join(writer.words(40))} {office}"
    parts = (writer.text(30), office, writer.text(50), block, writer.text(60), block, writer.text(20))
    assert found_in(" ".join(parts)) == [(block, block, 1.0)]


# Rhythms.


@pytest.mark.parametrize("size", [8, 15, 21, 25, 30])
@pytest.mark.parametrize("verses", [4, 7])
def test_a_refrain_is_no_repeat(writer: Writer, size: int, verses: int) -> None:
    refrain = writer.text(size)
    song = "\n\n".join(f"{writer.text(int(writer.rng.integers(28, 40)))}\n{refrain}" for _ in range(verses))
    assert found_in(song) == []
    assert found_in(f"{writer.text(200)}\n{song}\n{writer.text(200)}") == []


FRAMES: dict[str, Callable[[Writer], str]] = {
    "a grant list": lambda w: (
        f"* {w.name()} of {w.name()} will receive {w.number()},000 crowns over three years from the fund"
        f" for small harbours, to be spent on {' '.join(w.words(4))}, and has to report on its use"
        " by the end of the third year."
    ),
    "a list with a long common tail": lambda w: (
        f"- {w.name()}, {w.number()} crowns: the money comes from the second round of the village fund and"
        " can be called up from the first of June at any branch of the savings bank"
    ),
    "regions in one sentence each": lambda w: (
        f"In {w.name()}, {w.number()} of the {w.number(9000)} households on the list have been without"
        f" power since Monday night, and the network company expects to reach {w.number()} of them by the"
        " weekend if the roads stay open."
    ),
    "a roll-call": lambda w: (
        f"The member for {w.name()}, {w.name()}, voted {w.rng.choice(['aye', 'no'])} on the motion"
        " to adopt the report of the committee as amended on second reading."
    ),
    "a table row": lambda w: f"{w.name()} closed at 17.3 points after a high of 18.2 and a low of 16.9",
    "a longer table row": lambda w: (
        f"{w.name()} | last {w.number()} | change on the day in per cent {w.number()} | high of the past"
        f" 52 weeks {w.number()} | low of the past 52 weeks {w.number()} | shares in free float, thousands"
    ),
    "sports results": lambda w: (
        f"{w.name()} {w.number()} {w.name()} {w.number()} (half time {w.number()}; attendance {w.number()};"
        f" referee {w.name()}; man of the match as chosen by the readers {w.name()})"
    ),
    "legal clauses": lambda w: (
        f"The Company shall not, without the prior written consent of the Trustee, {' '.join(w.words(9))},"
        " unless the Company has given the Trustee not less than thirty days notice in writing."
    ),
    "questions and answers": lambda w: (
        f"Q: And what would you say to the people of {w.name()}, who have waited for so long and who now"
        f" ask what will become of the {w.words(1)[0]}?\nA: {w.text(int(w.rng.integers(25, 45)))}"
    ),
    "a sign-off under every entry": lambda w: (
        f"{w.text(int(w.rng.integers(60, 100)))}\n(Reporting by the city desk; edited by the night desk; all"
        " times are local; send corrections to the newsroom by letter, by telephone or at the counter)"
    ),
    "footnotes": lambda w: (
        f"{w.text(int(w.rng.integers(40, 60)))} (Source: Third Report of the Standing Committee on Inland"
        f" Fisheries and Harbours, prepared for the winter session of the chamber, table {w.number()})"
    ),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=list(FRAMES))
@pytest.mark.parametrize("lines", [4, 12, 60])
def test_lines_of_one_frame_are_no_repeats(
    writer: Writer, frame: Callable[[Writer], str], lines: int
) -> None:
    text = "\n".join(frame(writer) for _ in range(lines))
    assert found_in(f"{writer.text(120)}\n{text}\n{writer.text(60)}") == []
    if lines > 4:  # at its head an article may say its title four times
        assert found_in(text) == []


@pytest.mark.parametrize(
    "frame",
    [
        "* Protocol to the Treaty between the Kingdom of Norvania and the {} of {} on the mutual taxation of"
        " seafarers and the prevention of double levies on their wages and pensions",
        "The rescue boat of {} {} was built in the yard at Lower Quay, has a crew of nine volunteers"
        " and put to sea on more than forty nights of the past year.",
    ],
)
def test_two_items_of_a_list_that_differ_in_their_facts_are_no_repeat(writer: Writer, frame: str) -> None:
    items = "\n".join(frame.format(*writer.name().split()) for _ in range(2))
    assert found_in(f"{writer.text(120)}\n{items}\n{writer.text(120)}") == []


def test_an_article_holds_both_a_rhythm_and_a_repeat(writer: Writer) -> None:
    rows = "\n".join(FRAMES["a grant list"](writer) for _ in range(9))
    body = writer.text(80)
    found = found_in(f"{body}\n{rows}\n{body}\n{writer.text(60)}")
    assert found == [(body[:-1], body[:-1], 1.0)]
