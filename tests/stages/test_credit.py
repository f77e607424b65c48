"""Whom an article credits: datelines, bylines and closing lines, and what only looks like them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.stages.credit import HEAD, TAIL, credit, credits
from dedup.texts import Texts

STORY = "A ferry ran aground outside the harbour early on Tuesday, and nobody on board was hurt."

# Above the story, or before it in its line.
HEADS = [
    ("LONDON (AP) - ", "Associated Press"),
    ("LONDON (AP) — ", "Associated Press"),
    ("LONDON (AP) _ ", "Associated Press"),
    ("Denver (AP) – ", "Associated Press"),
    ("TEXAS CITY, Texas (AP) -- ", "Associated Press"),
    ("PARIS, March 3 (Reuters) – ", "Reuters"),
    ("March 3 (Reuters) - ", "Reuters"),
    ("BEIRUT/ANKARA, March 3 (Reuters) - ", "Reuters"),
    ("NEW DELHI, Mar 3 (PTI) ", "PTI"),
    ("New Delhi [India], March 3 (ANI): ", "ANI"),
    ("Iguala de la Sierra (Mexico) (AFP) - ", "Agence France-Presse"),
    ("BEIJING, March 3 (Xinhua) -- ", "Xinhua"),
    ("MOSCOW, (TASS) ", "TASS"),
    ("MOSCOW, March 3. /TASS/. ", "TASS"),
    ("(AFP) ", "Agence France-Presse"),
    ("(MENAFN) ", "MENAFN"),
    ("(MENAFN - Gulf Echo) ", "MENAFN"),
    ("(MENAFN- Gulf Echo) ", "MENAFN"),
    ("(Reuters/AP) - ", "Reuters"),
    ("BERLIN (dpa) - ", "dpa"),
    ("BERLIN (dpa). ", "dpa"),
    ("(ANSA) - ANCONA, MARCH 3 - ", "ANSA"),
    ("TORONTO, March 3, 2026 (GLOBE NEWSWIRE) -- ", "GlobeNewswire"),
    ("NEW YORK--(BUSINESS WIRE)--", "Business Wire"),
    ("NEW YORK, March 3, 2026 (PRNewswire) -- ", "PR Newswire"),
    ("NEW YORK, March 3, 2026 /PRNewswire/ -- ", "PR Newswire"),
    ("TORONTO, March 3, 2026 /CNW/ - ", "CNW"),
    ("【AFP=時事】", "Agence France-Presse"),
    ("Ferry runs aground\n(MENAFN) ", "MENAFN"),
    ("Ferry runs aground in the fog outside harbour  LONDON (AP)  ", "Associated Press"),
    ("Ferry runs aground in the fog LONDON (AP) - ", "Associated Press"),
    ("PORT SEVERIN (Halcyon Wire) - ", "Halcyon Wire"),
    ("Port Severin (Halcyon Wire) - ", "Halcyon Wire"),
    ("(Halcyon Wire) - ", "Halcyon Wire"),
    ("Ferry runs aground\n(Halcyon Wire) ", "Halcyon Wire"),
    ("EASTHAVEN, June 12 (Ostra Press) -- ", "Ostra Press"),
    ("OSTSTADT (Ostra). ", "Ostra"),
    ("PORT SEVERIN (HW) - ", None),  # two letters are a state
    ("(KDTV)- ", "KDTV"),
    ("By JANE DOE, Associated Press\n", "Associated Press"),
    ("By Jane Doe | Reuters\n", "Reuters"),
    ("BY JANE DOE\nAssociated Press Writer\n", "Associated Press"),
    ("By JANE DOE\nAP Sports Writer\n", "Associated Press"),
    ("By JANE DOE Associated Press Writer LONDON - ", "Associated Press"),
    ("By Jane Doe and John Roe, The Associated Press\n", "Associated Press"),
    ("By The Associated Press\n", "Associated Press"),
    ("By Reuters Staff\n", "Reuters"),
    ("By: Press Trust of India | New Delhi | March 3\n", "PTI"),
    ("By Jane Doe, Halcyon Wire\n", "Halcyon Wire"),
    ("Von Jane Doe, dpa\n", "dpa"),
    ("Agence France Presse\n", "Agence France-Presse"),
    ("— Bloomberg News\n", "Bloomberg"),
    ("By Jane Doe - Bloomberg News\n", "Bloomberg"),
]


@pytest.mark.parametrize(("head", "agency"), HEADS, ids=[head for head, _ in HEADS])
def test_a_dateline_or_byline_credits_its_agency(head: str, agency: str | None) -> None:
    assert credit(head + STORY, STORY) == agency


TAILS = [
    ("(Reporting by Jane Doe in London; Editing by John Roe)", "Reuters"),
    ("(Reporting by Jane Doe)", "Reuters"),
    ("(Reporting by Jane Doe, The Associated Press)", "Associated Press"),
    ("Jane Doe and John Roe and Ann Poe; editing by John Roe)", "Reuters"),
    ("© 2026 Associated Press", "Associated Press"),
    ("© 2026 Associated Press. All rights reserved.", "Associated Press"),
    ("Copyright 2026 The Associated Press. All rights reserved.", "Associated Press"),
    ("Copyright (c) 2026 Thomson Reuters", "Reuters"),
    ("(c) 2026 AFP", "Agence France-Presse"),
    ("© 2026 Halcyon Newswire", "Halcyon Newswire"),
    ("With files from AP", "Associated Press"),
    ("With files from The Canadian Press", "Canadian Press"),
    ("With a file from Reuters", "Reuters"),
    ("(With the Associated Press)", "Associated Press"),
    ("Additional reporting by Reuters", "Reuters"),
    ("\nContributing: The Associated Press", "Associated Press"),
    ("The Associated Press contributed to this report.", "Associated Press"),
    ("Associated Press writer Jane Doe contributed to this report.", "Associated Press"),
    ("— Bloomberg News", "Bloomberg"),
    ("(ANI)", "ANI"),
    ("/TASS/", "TASS"),
    ("bw/jm (AFP, dpa)", "Agence France-Presse"),
    ("AP/AFP", "Associated Press"),
    ("Reuters, Kestrel Daily", "Reuters"),
    ("Source: Xinhua", "Xinhua"),
    (" REUTERS", "Reuters"),
    ("AFP\n \n\n", "Agence France-Presse"),
]


@pytest.mark.parametrize(("tail", "agency"), TAILS, ids=[tail for tail, _ in TAILS])
def test_a_closing_line_credits_its_agency(tail: str, agency: str) -> None:
    column = pa.chunked_array([[f"{STORY}\n{tail}"]], pa.large_string())
    absent = pa.nulls(1, pa.string())
    assert credits(Texts(column), np.array([0]), absent, absent, absent) == [agency]
    assert credit(STORY, f"{STORY}\n{tail}".rstrip()) == agency


NO_CREDITS = [
    "Acme Corp. (NYSE: ABC) said on Tuesday that the ferry was its own.",
    "ACME CORP (NYSE: ABC) - The ferry was its own.",
    "Acme Corp (ACME) - The ferry was its own.",
    "U.S. Senator Jane Doe (R-NH) said on Tuesday that she had been on board.",
    "Senator Jane Doe (R-NH) - She had been on board.",
    "SENATOR JANE DOE (D-Md.) - She had been on board.",
    "The Water Resources Development Act (WRDA) pays for it.",
    "Water Resources Development Act (WRDA) - It pays for it.",
    "WATER RESOURCES DEVELOPMENT ACT (WRDA) - It pays for it.",
    "The United Nations (UN) said on Tuesday that the ferry was safe.",
    "United Nations (UN) - The ferry was safe.",
    "The Associated Press (AP) reported that the ferry was safe.",
    "American Academy of Pediatrics (AAP) - Children may swim.",
    "The ministry told AFP on Tuesday that the ferry was safe.",
    "The ferry, the Associated Press reports, was safe.",
    "PITTSBURGH (PA) - The ferry was safe.",
    "GENEVA (Switzerland) - The ferry was safe.",
    "PORTLAND (Ore.) - The ferry was safe.",
    "LONDON (March 3) - The ferry was safe.",
    "LONDON (March 3, 2026) - The ferry was safe.",
    "(Washington, D.C.) - The ferry was safe.",
    "(WASHINGTON) - The ferry was safe.",
    "(UPDATE) - The ferry was safe.",
    "REMARKS (AS PREPARED) - The ferry was safe.",
    "LONDON (AP Photo/Jane Doe) - The ferry was safe.",
    "Harbour at dawn. (Photo: Reuters)",
    "Harbour at dawn. REUTERS/Jane Doe\n",
    "REUTERS/Jane Doe\nThe ferry was safe.",
    "The new mobile (app) - It shows the ferries.",
    "By Pa Smith, of the harbour office",
    "By Reuters' count, three ferries were safe.",
    "By Jane Doe, Kestrel Daily\nThe ferry was safe.",
    "By Tuesday, the ferry was safe.",
    "The Franco-AP\nagreement keeps the ferry safe.",
    "© 2026 Kestrel Daily",
    "The ferry was safe (see https://wire.example/AFP/).",
    "The ferry was safe [Reuters, 3/29/26]",
    "Read more on /r/ferries/ and elsewhere.",
    "(Reporting for duty, the crew went aboard.)",
    "",
]


@pytest.mark.parametrize("text", NO_CREDITS)
def test_what_only_looks_like_a_credit_is_none(text: str) -> None:
    assert credit(text, text) is None
    assert credit(f"{STORY}\n{text}") is None


def test_a_dateline_wins_over_the_headline_that_over_a_closing_line_and_that_over_the_source() -> None:
    order = [
        ("head", "LONDON (AP) - A ferry ran aground.", "Associated Press"),
        ("title", "Ferry runs aground - Reuters", "Reuters"),
        ("tail", "© 2026 AFP", "Agence France-Presse"),
        ("source", "ANI via Kestrel Daily", "ANI"),
    ]
    for (first, said, agency), (then, also, _) in pairwise(order):
        assert credit(**({"head": ""} | {first: said, then: also})) == agency


def test_of_several_credits_the_first_counts() -> None:
    assert credit("By Jane Doe, Reuters\nLONDON (AP) - A ferry ran aground.") == "Reuters"
    assert credit("LONDON (AP) - A ferry.\nBy Jane Doe, Reuters\n") == "Associated Press"
    assert credit("", "With files from AFP\n© 2026 Associated Press") == "Agence France-Presse"


@pytest.mark.parametrize(
    ("title", "agency"),
    [
        ("Ferry runs aground - Reuters", "Reuters"),
        ("Ferry runs aground | AP News", "Associated Press"),
        ("Ferry runs aground (AP)", "Associated Press"),
        ("Ferry runs aground - Kestrel Daily", None),
        ("Reuters sells its ferry", None),
        ("Ferry chief joins Reuters", None),
    ],
)
def test_a_headline_credits_the_known_agency_it_ends_in(title: str, agency: str | None) -> None:
    assert credit(STORY, title=title) == agency


@pytest.mark.parametrize(
    ("source", "agency"),
    [
        ("AP via Kestrel Daily", "Associated Press"),
        ("Kestrel Daily (AP)", "Associated Press"),
        ("Kestrel Daily/Reuters", "Reuters"),
        ("Associated Press", None),
        ("Kestrel Daily", None),
        ("dpa-AFX", None),
    ],
)
def test_a_source_credits_an_agency_only_beside_another_name(source: str, agency: str | None) -> None:
    assert credit(STORY, source=source) == agency


def test_only_head_and_tail_are_looked_at() -> None:
    middle = "LONDON (AP) - A ferry ran aground.\n© 2026 Associated Press\n"
    words = "and so on " * max(HEAD, TAIL)
    assert credited([words + middle + words]) == [None]


def credited(texts: list[str], chunks: int = 1) -> list[str | None]:
    parts = [list(part) for part in np.array_split(np.array(texts, object), chunks)]
    absent = pa.nulls(len(texts), pa.string())
    column = pa.chunked_array([pa.array(part, pa.large_string()) for part in parts])
    return credits(Texts(column), np.arange(len(texts)), absent, absent, absent)


def test_texts_in_several_chunks_keep_their_places() -> None:
    texts = ["LONDON (AP) - One.", "Two.", "Three. (ANI)", "É" * 2 * HEAD, "PARIS (AFP) - " + "É" * HEAD]
    wanted = ["Associated Press", None, "ANI", None, "Agence France-Presse"]
    assert credited(texts) == credited(texts, 3) == wanted
    rows = np.array([4, 0])
    absent = pa.nulls(2, pa.string())
    column = pa.chunked_array([pa.array(texts, pa.large_string())])
    assert credits(Texts(column), rows, absent, absent, absent) == [wanted[4], wanted[0]]


@given(st.text("(AP)[]/- \n.,By©Reuters", max_size=HEAD), st.text(max_size=20))
def test_any_text_credits_a_name_or_none(text: str, source: str) -> None:
    found = credit(text[:HEAD], text[-TAIL:], title=text, source=source)
    assert found is None or found.strip() == found != ""


@pytest.mark.parametrize(
    ("byline", "agency"),
    [
        ("By Jane Doe, Associated Press", "Associated Press"),
        ("Jane Doe, Reuters", "Reuters"),
        ("Von Erika Muster, dpa", "dpa"),
        ("  AFP ", "Agence France-Presse"),
        ("Jane Doe", None),
        ("Jane Doe, Politics Editor", None),
        ("By Jane\nDoe | The Associated Press", "Associated Press"),
        ("x" * 100_000, None),
    ],
)
def test_a_byline_in_a_field_of_its_own_credits_its_agency(byline: str, agency: str | None) -> None:
    assert credit("Something happened in Lindmoor today.", byline=byline) == agency


def test_what_the_text_credits_wins_over_its_byline() -> None:
    assert (
        credit("LINDMOOR (AFP) - Something happened.", byline="Jane Doe, Reuters") == "Agence France-Presse"
    )
