from __future__ import annotations

import pytest

from dedup.feeds.items import Item
from tests.feeds.wire.wired import fixture, iptc, one


def test_a_message_of_iptc_7901_gives_headline_text_source_and_time() -> None:
    assert one(fixture("iptc7901/german.iptc")) == Item(
        text="Port Severin (hal) - In Port Severin haben am Sonntag rund 40 000 Menschen über einen neuen "
        "Hafenrat abgestimmt. Die Fähren fuhren bis Mitternacht - und das kostenlos -, damit auch die Inseln "
        "wählen konnten, wie die Hafenmeisterin Jorun Vael sagte.\n\n"
        "«Wer wartet, der wählt auch», sagte Vael. Der Bau der Mole kostet 12,5 Mio €.",
        id="hwd0027-2024-10-13T1250",
        title="Port Severin wählt einen neuen Hafenrat - Fähren fahren bis Mitternacht",
        source="hal",
        published="2024-10-13T12:50:00",
    )


def test_paragraphs_may_be_indented_and_a_headline_set_apart_by_an_empty_line() -> None:
    assert one(fixture("iptc7901/french.iptc")) == Item(
        text="BELMAR 31/07 (OSTRA) = Le phare de Belmar, éteint depuis onze ans, a été rallumé jeudi soir "
        "devant quelque trois cents habitants, selon la commune.\n\n"
        '"Nous avions gardé la clé", a expliqué le gardien, âgé de 81 ans. La lampe est d\'origine.\n\n'
        "Le phare fonctionnera jusqu'au 30 septembre.",
        id="INT031-1997-07-31T0100",
        title="Le phare de Belmar rallumé après onze ans",
        source="OSTRA",
        published="1997-07-31T01:00:00",
    )


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("A headline =\r\nText.", "A headline", "Text."),
        ("A headline\r\nof two lines =\r\n\r\nText.", "A headline of two lines", "Text."),
        (
            "(Correction:\r\nTwo, not three.)\r\n1ST LEAD\r\nTitle\r\nBy Oda Lind =\r\n\r\nText.",
            "Title",
            "Text.",
        ),
        ("Von der Mole an den Kai\r\nVon Ida Brandt, hal =\r\n\r\nText.", "Von der Mole an den Kai", "Text."),
        ("Sperrfrist 9. Oktober 14.20 Uhr\r\nTitle =\r\n\r\nText.", "Title", "Text."),
        ("FERRY SAILS =\r\n\r\nText.", "FERRY SAILS", "Text."),
        ("Sport/Ferry/\r\nTitle =\r\n\r\nText.", "Title", "Text."),
        ("Title\r\n\r\nText.\r\n\r\nMore.", "Title", "Text.\n\nMore."),
        ("Title (3DER)\r\n   BELMAR 1/8 (OSTRA) =\r\nText.", "Title (3DER)", "BELMAR 1/8 (OSTRA) = Text."),
        ("A sentence.\r\n\r\nText.", "Key/Words", "A sentence.\n\nText."),
        ('"So it is."\r\n\r\nText.', "Key/Words", '"So it is."\n\nText.'),
        (
            "BELMAR (OSTRA) - Fire in the port\r\n\r\nT.",
            "Key/Words",
            "BELMAR (OSTRA) - Fire in the port\n\nT.",
        ),
        ("   BELMAR 1/8 (OSTRA) =\r\nText.", "Key/Words", "BELMAR 1/8 (OSTRA) = Text."),
        ("Only a flash", "Key/Words", "Only a flash"),
        ("(Eds: adds)\r\n\r\nTitle\r\n\r\nText.", "Title", "Text."),
    ],
)
def test_a_headline_of_iptc_7901_is_told_from_text_and_notes(text: str, title: str, body: str) -> None:
    item = one(iptc(text, head="hal0011 4 pl 12\r\n\r\nKey/Words/"))
    assert (item.title, item.text) == (title, body)


@pytest.mark.parametrize(
    ("head", "source", "id_", "title"),
    [
        ("hal0011 4 pl 123  Ferry/Marenia", "hal", "hal0011", "Ferry/Marenia"),
        ("hwd0027 4 pl 118  hal 0045\r\n\r\nFerry/Marenia/", "hal", "hwd0027", "Ferry/Marenia"),
        ("spe0908 4 s 850  hal-tns 0908", "hal-tns", "spe0908", None),
        ("SPF001 3 RES 0070 F OSTRA-0001\r\nFERRY/", "OSTRA", "SPF001", "FERRY"),
        ("INT001 1 POL 0025 F OSTRA-....", "OSTRA", "INT001", None),
        ("bkn014 4 pl 171 vvvvb HLC 170123-89-00065#2\r\nFerry", "HLC", "bkn014", "Ferry"),
        ("OPA 0123 4 pl 171", "OPA", "OPA0123", None),
        ("\r\n hal0011 4 pl 12 Vote 2007", "hal", "hal0011", "Vote 2007"),
        ("hal0011 Fire in Ostra", "hal", "hal0011", "Fire in Ostra"),
        ("hal0011", "hal", "hal0011", None),
    ],
)
def test_service_number_agency_and_key_words_stand_in_the_header(
    head: str, source: str, id_: str, title: str | None
) -> None:
    item = one(iptc("Text.", head=head))
    assert (item.source, item.id, item.title) == (source, f"{id_}-2007-11-13T1250", title)


@pytest.mark.parametrize("head", ["", "?!", "\r\n\r\n", "12", "\xffh\xff"])
def test_a_header_that_noise_has_spoilt_loses_its_fields_and_not_its_text(head: str) -> None:
    item = one(iptc("Text of the message.", head=head))
    assert (item.text, item.id, item.source) == ("Text of the message.", None, None)
    assert item.published == "2007-11-13T12:50:00"


@pytest.mark.parametrize("clock", ["2200", "0130"])
def test_a_number_that_is_given_twice_on_a_day_makes_two_ids(clock: str) -> None:
    assert one(iptc("Text.", end=f"13{clock} Nov 07")).id == f"hal0011-2007-11-13T{clock}"


@pytest.mark.parametrize(
    "end",
    [
        "# Notizblock\r\n\r\n## Orte\r\n- Kai 3",
        "# # # dpa-Notizblock\r\n\r\nKai 3",
        "# Notebook\r\n\r\n## Note to editors\r\n- Kai 3",
        "* * * *\r\nDie folgenden Informationen sind nicht zur Veröffentlichung bestimmt\r\n\r\nKai 3",
        "* * * *\r\nThe following information is not intended for publication\r\n\r\nKai 3",
        "* * * *\r\n\r\nThe following information is not for publication: Kai 3",
    ],
)
def test_what_is_not_for_publication_is_in_no_field(end: str) -> None:
    item = one(iptc(f"Title =\r\n\r\nText.\r\n\r\n{end}\r\n\r\ndpa kre/su yysw a3 lön mda"))
    assert item.text == "Text."
    assert "Kai 3" not in str(item)


@pytest.mark.parametrize(
    "signature", ["dpa kre/su yysw a3 lön mda", "./.CVN", "./.", "dpa tca bag\r\n\r\n./."]
)
def test_who_wrote_it_is_no_text(signature: str) -> None:
    assert one(iptc(f"Title =\r\n\r\nText.\r\n{signature}")).text == "Text."
