"""The origin of each cluster: by link, credit, time, coverage, then id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.provenance import NO_TIME
from dedup.stages.origin import BASES, credited, linked, origins
from dedup.texts import Texts
from tests import reference
from tests.reference import Claim
from tests.stages.made import int64, records

# Names of agencies, and what the twin takes for each.
AGENCIES = {
    "AP": "ap",
    "Associated Press": "ap",
    "apnews.com": "ap",
    "Halcyon Wire": "halcyon",
    "Halcyon": "halcyon",
    "Kestrel Daily": "kestrel",
}
PAGE = "https://wire.example/{}/story"

names = st.none() | st.sampled_from(sorted(AGENCIES))
few = st.lists(st.sampled_from("abcd"), max_size=3)


@st.composite
def clusters_of_claims(draw: st.DrawFn) -> list[list[Claim]]:
    sizes = draw(st.lists(st.integers(2, 5), max_size=3))
    ranks = iter(draw(st.permutations(range(sum(sizes)))))
    page = st.sampled_from("abcd").map(PAGE.format)
    claim = st.builds(
        Claim,
        id=st.sampled_from("abcd"),
        url=st.none() | page,
        agency=names,
        credit=names,
        prior_ids=few,
        addresses=st.lists(page, max_size=3),
        time=st.sampled_from([1, 2, NO_TIME]),
        coverage=st.integers(0, 2),
        rank=st.just(0),
    )
    return [[draw(claim)._replace(rank=next(ranks)) for _ in range(size)] for size in sizes]


def record_of(claim: Claim) -> dict[str, object]:
    text = "".join(f"first told at {address}, and " for address in claim.addresses)
    return {"id": claim.id, "url": claim.url, "prior_ids": list(claim.prior_ids) or None, "text": text}


def told(clusters: Sequence[Sequence[Claim]]) -> list[tuple[int, str]]:
    """For each cluster, which member is its origin and on what basis."""
    claims = [claim for cluster in clusters for claim in cluster]
    leads = np.repeat(np.arange(len(clusters)), [len(cluster) for cluster in clusters])
    firsts = np.searchsorted(leads, np.arange(len(clusters)))
    articles = records(*map(record_of, claims))
    rows, lead = np.arange(len(claims)), firsts[leads] if claims else int64()
    standing = (
        -linked(articles, Texts(articles["text"]), rows, lead),
        -credited(lead, [claim.credit for claim in claims], [claim.agency for claim in claims]),
        int64(*(claim.time for claim in claims)),
        -int64(*(claim.coverage for claim in claims)),
        int64(*(claim.rank for claim in claims)),
    )
    found = origins(rows, lead, standing)
    assert all(len(set(part)) == 1 for part in np.split(found.article, firsts[1:]) if part.size)
    return [(int(found.article[first] - first), BASES[found.basis[first]]) for first in firsts]


@given(clusters_of_claims())
def test_origins_are_the_twins(clusters: list[list[Claim]]) -> None:
    wanted = []
    for cluster in clusters:
        plain = [
            claim._replace(
                agency=claim.agency and AGENCIES[claim.agency], credit=claim.credit and AGENCIES[claim.credit]
            )
            for claim in cluster
        ]
        member, basis = reference.origin(plain)
        wanted.append((member, BASES[basis]))
    assert told(clusters) == wanted


def member(number: int, **facts: Any) -> Claim:
    """An article published at `number`, the later the more it covers."""
    base = Claim(f"id{number}", PAGE.format(number), f"Outlet {number}", None, (), (), number, number, number)
    return base._replace(**facts)


FIRST = PAGE.format(1)

# Of members 0, 1 and 2 which is the origin, and what decides.
CASES: dict[str, tuple[list[Claim], int, str]] = {
    "the earliest": ([member(0), member(1), member(2)], 0, "time"),
    "times are equal": ([member(0, time=5), member(1, time=5)], 1, "coverage"),
    "no times": ([member(0, time=NO_TIME), member(1, time=NO_TIME)], 1, "coverage"),
    "one time": ([member(0, time=NO_TIME), member(1)], 1, "time"),
    "nothing tells": (
        [member(0, rank=1, time=5, coverage=5), member(1, rank=0, time=5, coverage=5)],
        1,
        "id",
    ),
    "a later one is named as prior": ([member(0), member(1), member(2, prior_ids=["id1"])], 1, "link"),
    "a later one is linked to": ([member(0), member(1), member(2, addresses=[FIRST])], 1, "link"),
    "the most linked to": (
        [
            member(0),
            member(1, addresses=[PAGE.format(2)]),
            member(2),
            member(3, addresses=[PAGE.format(2), FIRST]),
        ],
        2,
        "link",
    ),
    "links are equal": (
        [member(0), member(1, addresses=[PAGE.format(2)]), member(2, addresses=[FIRST])],
        1,
        "time",
    ),
    "a chain of versions begins with the first": (
        [member(2, prior_ids=["id1"]), member(1, prior_ids=["id0"]), member(0, time=9)],
        2,
        "link",
    ),
    "a version that replaces a member is not where the others' links lead": (
        [member(0), member(1, prior_ids=["id0"]), member(2, addresses=[FIRST]), member(3, addresses=[FIRST])],
        0,
        "link",
    ),
    "a prior of another cluster": ([member(0), member(1, prior_ids=["elsewhere"])], 0, "time"),
    "one's own address and id": ([member(0), member(1, prior_ids=["id1"], addresses=[FIRST])], 0, "time"),
    "the agency that others credit": (
        [member(0), member(1, agency="Associated Press"), member(2, credit="Associated Press")],
        1,
        "credit",
    ),
    "an alias of the agency": (
        [member(0), member(1, agency="apnews.com"), member(2, credit="Associated Press")],
        1,
        "credit",
    ),
    "the agency's earliest": (
        [member(0, credit="AP"), member(1, agency="AP"), member(2, agency="Associated Press")],
        1,
        "time",
    ),
    "the most credited of two agencies": (
        [
            member(0, agency="AP"),
            member(1, agency="Reuters"),
            member(2, credit="Reuters"),
            member(3, credit="Reuters"),
            member(4, credit="Associated Press"),
        ],
        1,
        "credit",
    ),
    "an agency that is no member": ([member(0), member(1, credit="MENAFN")], 0, "time"),
    "an agency that only credits itself": (
        [member(0), member(1, agency="AP", credit="Associated Press")],
        0,
        "time",
    ),
    "a link before a credit": (
        [member(0, agency="AP"), member(1), member(2, credit="Associated Press", prior_ids=["id1"])],
        1,
        "link",
    ),
}


@pytest.mark.parametrize(("cluster", "origin", "basis"), CASES.values(), ids=list(CASES))
def test_the_origin_is_told_by(cluster: list[Claim], origin: int, basis: str) -> None:
    assert told([cluster]) == [(origin, basis)]
    shifted = [claim._replace(rank=claim.rank + 10) for claim in reversed(cluster)]
    assert told([[member(0), member(1)], shifted])[1] == (len(cluster) - 1 - origin, basis)


@pytest.mark.parametrize(
    ("url", "text", "is_linked"),
    [
        ("https://wire.example/a", "Originally published at https://wire.example/a.", True),
        ("http://www.wire.example/a/", "See HTTPS://Wire.Example/a, and", False),  # http is written small
        ("http://www.wire.example/a/", "See https://Wire.example/a#top, and", True),
        ("https://wire.example/a?b=c&d", "<https://wire.example/a?b=c&d>", True),
        ("https://wire.example/a_(b)", "(https://wire.example/a_(b))", True),
        ("https://wire.example/ü/新", "原文：https://wire.example/ü/新。", True),
        ("https://wire.example/a", "https://wire.example/a/b", False),
        ("https://wire.example/A", "https://wire.example/a", False),
        ("http://a.bc", "http://a.bc", False),
        ("ftp://wire.example/a", "ftp://wire.example/a", False),
        ("wire.example/story/a", "wire.example/story/a", False),
        (None, "https://wire.example/a", False),
        ("", "https://wire.example/a", False),
    ],
)
def test_an_address_in_a_text_is_a_link_however_it_is_written(
    url: str | None, text: str, is_linked: bool
) -> None:
    articles = records({"id": "a", "url": url}, {"id": "b", "text": f"é {text}"})
    found = linked(articles, Texts(articles["text"]), int64(0, 1), int64(0, 0))
    assert found.tolist() == [is_linked, 0]


def test_without_clusters_there_is_no_origin() -> None:
    assert told([]) == []


def test_members_of_a_large_cluster_are_told_in_one_pass() -> None:
    """50,000 members that all name one another by one id and one address would be 2.5 billion links."""
    many = 50_000
    page = PAGE.format("a")
    row: dict[str, object] = {
        "id": "a",
        "url": page,
        "text": f"See {page} and https://wire.example/b",
        "prior_ids": ["a", "b"],
    }
    articles = records(*[row] * many, {"id": "b", "url": "https://wire.example/b"})
    rows = np.arange(many + 1)
    lead = np.zeros(many + 1, np.int64)
    found = linked(articles, Texts(articles["text"]), rows, lead)
    assert found.tolist() == [0] * many + [2 * many]
    votes = credited(lead, ["AP"] * many + [None], [None] * many + ["Associated Press"])
    assert votes.tolist() == [0] * many + [many]
