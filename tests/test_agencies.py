"""Names of agencies, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.agencies import AGENCIES, NO_AGENCIES, WRITTEN, agency_key, known_agency, squeezed


@pytest.mark.parametrize(("told", "aliases"), AGENCIES.items(), ids=list(AGENCIES))
def test_every_name_of_an_agency_is_its_own_and_gives_one_key(told: str, aliases: tuple[str, ...]) -> None:
    for name in (told, *aliases, told.upper(), f"The {told}", f" {told} "):
        assert known_agency(name) == told
        assert agency_key(name) == squeezed(told)


def test_no_name_belongs_to_two_agencies() -> None:
    names = [squeezed(name) for told, aliases in AGENCIES.items() for name in {told, *aliases}]
    owners = {name: known_agency(name) for name in names}
    assert all(
        owners[squeezed(name)] == told for told, aliases in AGENCIES.items() for name in (told, *aliases)
    )


def test_no_agency_is_among_the_words_that_are_none() -> None:
    assert NO_AGENCIES.isdisjoint(name.casefold() for name in WRITTEN)


@pytest.mark.parametrize(
    "names",
    [
        ("Associated Press", "AP", "A.P.", "the Associated Press", "apnews.com", "https://www.ap.org/"),
        ("Agence France-Presse", "AFP", "AGENCE FRANCE PRESSE", "www.afp.com"),
        ("Halcyon Wire", "Halcyon", "HALCYON WIRE", "halcyonwire.example", "www.halcyonwire.co.uk"),
        ("Ostra Press Agency", "Ostra Press", "Ostra", "The Ostra News Agency", "ostrapress.example"),
        ("해오름일보", " 해오름일보 "),
    ],
)
def test_names_of_one_outlet_have_one_key(names: tuple[str, ...]) -> None:
    assert len({agency_key(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Associated Press", "Australian Associated Press"),
        ("Press Association", "Associated Press"),
        ("Halcyon Wire", "Ostra Wire"),
        ("The Wire", "The Press"),
        ("News", "Press"),
        ("Kestrel Daily", "Kestrel Weekly"),
    ],
)
def test_different_outlets_have_different_keys(one: str, other: str) -> None:
    assert agency_key(one) != agency_key(other)


@pytest.mark.parametrize("name", ["Halcyon Wire", "Kestrel Daily", "", "?", "the"])
def test_an_outlet_that_is_no_agency_is_not_known(name: str) -> None:
    assert known_agency(name) is None


@given(st.text(st.characters(codec="ascii"), max_size=40))
def test_case_and_spaces_around_make_no_odds(name: str) -> None:
    assert agency_key(name) == agency_key(f" {name.swapcase()} ")
