"""Clusters and articles that repeat themselves into pieces of a page, with the words that prove them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from dedup.report.page.clusters import Cluster, Member
from dedup.report.page.repeats import Repeating
from dedup.report.page.result import Key, Result, boilerplate_of, damaged, passages, texts
from dedup.report.page.shell import environment
from dedup.report.page.shown import opening
from dedup.report.page.sides import Passage, Side, side_by_side
from dedup.report.page.timeline import drawn, strip
from dedup.report.page.words import Span

MOST_BESIDE = 3_000
"""Copies shown beside their lead in all pages: some 25 MB."""

_MOST_OF_ONE = 60  # copies of one cluster shown beside its lead: what differs in 60 more is as in these
_TEXT = 4_000  # characters of a text shown; of longer ones long stretches are folded
_SAME_TEXT = 900  # of exact copies, of which there is nothing more to see
_MOST_BYTES = 1_500_000  # of one cluster; with hostile texts an escaped page may be five times the text


class Item(NamedTuple):
    """A cluster or an article that repeats itself, as a page shows it."""

    number: int
    markup: Markup
    beside: int
    """Copies that stand beside their lead in it."""


@dataclass(frozen=True)
class Evidence:
    """The texts and passages of what is shown in full."""

    result: Result
    texts: Mapping[Key, str]
    boilerplate: Mapping[Key, Sequence[Span]]
    passages: Mapping[tuple[Key, Key], Sequence[Passage]]


def leading(every: Iterator[Cluster]) -> list[Cluster]:
    """The clusters from the first on whose copies are shown beside their lead."""
    taken, room = [], MOST_BESIDE
    while room > 0 and (cluster := next(every, None)):
        taken.append(cluster)
        room -= len(compared(cluster))
    return taken


def compared(cluster: Cluster) -> list[Member]:
    """The copies of a cluster that are shown beside its lead."""
    return [member for member in cluster.members if not member.is_lead][:_MOST_OF_ONE]


def gather(result: Result, some: Iterable[Cluster], repeating: Sequence[Key]) -> Evidence:
    """Read the texts and passages of some clusters, and the texts of articles that repeat themselves."""
    pairs = [(cluster.lead.key, copy.key) for cluster in some for copy in compared(cluster)]
    wanted = {key for pair in pairs for key in pair}.union(repeating)
    return Evidence(result, texts(result, wanted), boilerplate_of(result, wanted), passages(result, pairs))


def cluster_item(cluster: Cluster, evidence: Evidence | None) -> Item:
    """A cluster as rows of the table: in full, or in short where there is no evidence at hand."""
    beside = {copy.number: _beside(cluster, copy, evidence) for copy in compared(cluster)} if evidence else {}
    if sum(map(len, beside.values())) > _MOST_BYTES:
        beside = {}
    markup = (
        environment()
        .get_template("cluster.html.j2")
        .render(
            cluster=cluster,
            beside=beside,
            headline=_headline(cluster, evidence),
            strip=drawn(placed) if (placed := strip(cluster.members)) else None,
            left_out=len(cluster.members) - 1 - len(beside) if evidence else 0,
        )
    )
    return Item(cluster.number, Markup(markup), len(beside))


def _headline(cluster: Cluster, evidence: Evidence | None) -> str:
    text = evidence.texts.get(cluster.lead.key, "") if evidence else ""
    return cluster.title or opening(text) or cluster.lead.article_id


def repeat_item(article: Repeating) -> Item:
    """An article that repeats itself: its bar, its blocks, its text."""
    markup = environment().get_template("repeat.html.j2").render(article=article)
    return Item(article.number, Markup(markup), 0)


def _beside(cluster: Cluster, copy: Member, evidence: Evidence) -> Markup:
    lead = cluster.lead
    try:
        return side_by_side(
            _side(lead, "Lead", evidence),
            _side(copy, f"Article {copy.number}", evidence),
            evidence.passages[lead.key, copy.key],
            key=f"c{cluster.number}m{copy.number}",
            limit=_SAME_TEXT if copy.relation == "exact" else _TEXT,
        )
    except ValueError as error:
        what = f"a passage of {lead.article_id} and {copy.article_id}: {error}"
        raise damaged(evidence.result.folder, what) from error


def _side(member: Member, name: str, evidence: Evidence) -> Side:
    return Side(
        article_id=member.article_id,
        name=name,
        text=evidence.texts.get(member.key),
        version=member.version,
        title=member.title,
        source=member.source,
        published=member.published,
        url=member.url,
        boilerplate=evidence.boilerplate.get(member.key, ()),
    )
