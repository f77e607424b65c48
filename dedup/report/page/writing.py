"""A result folder into its report: `report.html`, and for what is more the pages `report-2.html` and on."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dedup.report.page import boilerplate, clusters, outlets, repeats
from dedup.report.page.evidence import Evidence, Item, cluster_item, gather, leading, repeat_item
from dedup.report.page.overview import Overview, overview
from dedup.report.page.paging import Pages, page_name, replacing_pages
from dedup.report.page.relations import MEANINGS
from dedup.report.page.result import Key, Result, read
from dedup.report.page.shell import document, environment

_PAGE_BYTES = 2_000_000  # a page takes no more than this and one item; a browser opens it in half a second
_FIRST_CLUSTERS, _FIRST_REPEATS = 1_500_000, 400_000  # bytes on the first page
_MOST_REPEATS = 500  # articles that are told; each takes a screen
_JOINING = tuple(MEANINGS)[:5]


class Queue:
    """Items one after another, as many at a time as fit into some bytes."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self._next = next(items, None)
        self.beside = 0
        """Copies that stand beside their lead in what was taken."""

    def __bool__(self) -> bool:
        return self._next is not None

    def take(self, room: int) -> list[Item]:
        """The next items: at least one, where there is any."""
        taken: list[Item] = []
        while self._next is not None and (not taken or room >= len(self._next.markup)):
            room -= len(self._next.markup)
            taken.append(self._next)
            self._next = next(self._items, None)
        self.beside += sum(item.beside for item in taken)
        return taken


@dataclass(frozen=True)
class Further:
    """A page beside the first one."""

    number: int
    kind: str
    """Clusters or Repeats."""
    first: int
    last: int

    @property
    def name(self) -> str:
        """Its file."""
        return page_name(self.number)

    @property
    def title(self) -> str:
        """What is on it."""
        return f"{self.kind} {self.first:,}" + (f" to {self.last:,}" if self.first < self.last else "")


def write_report(folder: str | os.PathLike[str]) -> list[Path]:
    """Write the report of a result folder into it, whole or not at all; tells its pages, the first one first.

    Nothing but the folder is read. Raises `OutputError` for one that is no result, that is damaged or that
    cannot be written to.
    """
    result = read(folder)
    top = overview(result)
    repeating = repeats.ranked(result)[:_MOST_REPEATS]
    queues = _queues(result, repeating)
    with replacing_pages(result.folder) as pages:
        first = {"Clusters": queues["Clusters"].take(_FIRST_CLUSTERS)}
        first["Repeats"] = queues["Repeats"].take(_FIRST_REPEATS)
        further = list(_write_further(pages, queues))
        beside = queues["Clusters"].beside
        told = {"beside": beside, "pages": further, "repeats_told": len(repeating)}
        pages.put(1, _first_page(result, top, first, told))
    return [result.folder / page_name(number) for number in range(1, len(further) + 2)]


def _queues(result: Result, repeating: Sequence[Key]) -> dict[str, Queue]:
    every = clusters.clusters(result)
    shown = leading(every)
    evidence = gather(result, shown, repeating)
    in_full = (cluster_item(cluster, evidence) for cluster in shown)
    in_short = (cluster_item(cluster, None) for cluster in every)
    return {
        "Clusters": Queue(chain(in_full, in_short)),
        "Repeats": Queue(map(repeat_item, _repeating(result, repeating, evidence))),
    }


def _repeating(result: Result, wanted: Sequence[Key], evidence: Evidence) -> Iterable[repeats.Repeating]:
    return repeats.repeating(result, wanted, evidence.texts, evidence.boilerplate)


def _write_further(pages: Pages, queues: dict[str, Queue]) -> Iterator[Further]:
    """What the first page does not hold; one page is in memory at a time."""
    number = 1
    template = environment().get_template("further.html.j2")
    for kind, queue in queues.items():
        while queue:
            items, number = queue.take(_PAGE_BYTES), number + 1
            page = Further(number, kind, items[0].number, items[-1].number)
            markups = [item.markup for item in items]
            is_last = not any(queues.values())
            body = template.render(page=page, items=markups, is_last=is_last, relations=_JOINING)
            pages.put(number, document(f"{page.title} – dedup", Markup(body)))
            yield page


def _first_page(result: Result, top: Overview, first: dict[str, list[Item]], told: dict[str, Any]) -> str:
    blocks, blocks_not_shown = boilerplate.blocks(result)
    body = (
        environment()
        .get_template("report.html.j2")
        .render(
            top=top,
            clusters=[item.markup for item in first["Clusters"]],
            repeats=[item.markup for item in first["Repeats"]],
            blocks=blocks,
            blocks_not_shown=blocks_not_shown,
            matrix=outlets.matrix(result),
            relations=_JOINING,
            **told,
        )
    )
    title = f"{top.told.articles:,} articles, {top.told.stories:,} distinct stories – dedup"
    return document(title, Markup(body))
