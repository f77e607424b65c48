from __future__ import annotations

import pytest

from tests.feeds.wire.wired import anpa, iptc, one

TABLE = "Results:\r\nSeverin      6   14\r\nBelmar       5   10"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One line\r\nand the next.", "One line and the next."),
        ("One line\r\r\nand the next.\r\r\n\r\r\nTwo.", "One line and the next.\n\nTwo."),
        ("One line\nand the next.\n \nTwo.", "One line and the next.\n\nTwo."),
        ("One line\rand the next.\r\rTwo.", "One line and the next.\n\nTwo."),
        ("   One line\r\nand the next.\r\n   Two.\r\n\tThree.", "One line and the next.\n\nTwo.\n\nThree."),
        ("It fell  by\t2\r\n- and rose.", "It fell by 2 - and rose."),
        (f"Prose\r\ngoes on.\r\n\r\n{TABLE}", "Prose goes on.\n\nResults:\nSeverin 6 14\nBelmar 5 10"),
        ("| Severin | 6 |\r\n| Belmar  | 5 |", "| Severin | 6 |\n| Belmar | 5 |"),
        ("Severin\x1f6\r\nBelmar\x1f5", "Severin 6\nBelmar 5"),
        ("Bold \x12words\x11, a\x0e r\x0fail,\x07 a \x10 band\x7f, \x1bA.", "Bold words, a rail, a band, A."),
        ("An \x0cf12,b3\x0binstruction; a page\x0cends.", "An instruction; a page ends."),
        ("Noise \x03in it.\r\n\r\nGoes \x02on.", "Noise in it.\n\nGoes on."),
        ("1 < 2, x ^ y, <GM> & <p>.", "1 < 2, x ^ y, <GM> & <p>."),
    ],
)
def test_codes_are_gone_and_lines_are_one_but_for_tables(text: str, expected: str) -> None:
    assert one(iptc(f"Title =\r\n\r\n{text}")).text == expected


NOTES = [
    "Eds: Updates with quotes.",
    "EDS: Updates.",
    "Eds.: Updates.",
    "(Eds: Updates (slightly) with quotes.)",
    "(EDS: Updates,\r\nwith quotes)",
    "[Eds: Updates]",
    "Editors: a picture follows.",
    "Editors' note: a picture follows.",
    "EDITORS’ NOTE: a picture follows.",
    "Notes to editors: a picture follows.",
    "Note to Editors: a picture follows.",
    "Attention editors: a picture follows.",
    "Redaktionshinweis: ein Bild folgt.",
    "Redaktionelle Hinweise: ein Bild folgt.",
    "(Hinweis an die Redaktionen: ein Bild folgt)",
    "Achtung Redaktionen: ein Bild folgt.",
    "Note aux rédactions : une photo suit.",
    "Nota a la redacción: sigue una foto.",
]


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize("made", [iptc, anpa])
@pytest.mark.parametrize(
    "text", ["{}\r\n\r\nOne.\r\n\r\nTwo.", "One.\r\n\r\n   {}\r\n   Two.", "One.\r\n\r\nTwo.\r\n\r\n{}"]
)
def test_a_note_to_editors_is_in_no_field(note: str, made: object, text: str) -> None:
    assert callable(made)
    item = one(made(text.format(note)))
    assert item.text == "One.\n\nTwo."
    assert "follows" not in str(item)
    assert "Updates" not in str(item)


@pytest.mark.parametrize("note", NOTES)
def test_a_note_to_editors_is_no_headline(note: str) -> None:
    assert one(anpa(f"^BC-ML--Ferry,49<\r\n^{note}<\r\n^A headline<\r\n\t   Text.")).title == "A headline"
    for title in (
        one(iptc(f"{note} =\r\n\r\nText.")).title,
        one(iptc("Text.", head=f"hal0011 4 pl 1\r\n{note}")).title,
    ):
        assert title is None


@pytest.mark.parametrize(
    "prose",
    [
        "Editors said on Monday: it will not be printed.",
        "Editors at the Echo: who they are.",
        "The eds: nobody knows them.",
        "Ed: what do you do all day?",
        "Eds are a family of computers.",
        "Edson: the ferry sails.",
        "Editor's note: this is the first of three parts.",
        "Note to self: the ferry sails at nine.",
        "Die Redaktion: sieben Leute. Ein Redaktionshinweis: mehr war es nicht.",
        "Hinweise an die Polizei: zwölf.",
        "He wrote (Eds: as he liked to sign) for years.",
        "The following information is not for publication, the mayor joked.",
        "* * *",
        "Notebook",
        "# 1 in Marenia",
        "./. is how messages end.",
        "dpa Bilder sind Bilder.",
    ],
)
def test_prose_that_resembles_a_note_stays(prose: str) -> None:
    text = f"Before it.\n\n{prose}\n\nAfter it."
    assert one(iptc(text)).text == one(anpa(text)).text == text


def test_text_behind_a_note_in_brackets_stays() -> None:
    assert one(iptc("(Eds: Adds quotes.) PORT SEVERIN (HW) _ The ferry\r\nsailed.")).text == (
        "PORT SEVERIN (HW) _ The ferry sailed."
    )


def test_a_note_does_not_take_an_article_whose_paragraphs_are_not_set_apart() -> None:
    lines = ["The ferry sailed again on Tuesday, and nobody was late for it."] * 30
    assert one(iptc("\r\n".join(["Eds: Adds quotes.", *lines]))).text == " ".join(lines)
    assert one(iptc("\r\n".join(["(Eds: never closed", *lines]))).text == " ".join(lines)


@pytest.mark.parametrize(
    ("raw", "encoding", "expected"),
    [
        ("Größe – “Übung” 5 €".encode(), None, "Größe – “Übung” 5 €"),
        ("Größe – “Übung” 5 €".encode("cp1252"), None, "Größe – “Übung” 5 €"),
        ("Größe".encode("latin-1"), None, "Größe"),
        ("Příliš žluťoučký".encode("iso8859-2"), "iso8859-2", "Příliš žluťoučký"),
        ("Größe".encode(), "cp1252", "GrÃ¶ÃŸe"),
        (b"\x81 fine", None, "\ufffd fine"),
        (b"\xff fine", "utf-8", "\ufffd fine"),
    ],
)
def test_bytes_are_utf8_or_windows_1252_unless_named(raw: bytes, encoding: str | None, expected: str) -> None:
    assert one(iptc("#").replace(b"#", raw), encoding=encoding).text == expected
