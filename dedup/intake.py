"""Articles of any kind into a feed and the sketches of its records; files are sketched as they are read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from dedup.articles import FieldNames
from dedup.clock import Clock
from dedup.feeds import Feed, FeedOptions, Progress, read
from dedup.feeds.frame import DEFAULTS, read_frame
from dedup.frames import is_frame, settled
from dedup.room import Room
from dedup.settings import Settings
from dedup.sketches import Sketches
from dedup.stages.sketch import sketch
from dedup.texts import Block, Texts


@dataclass(frozen=True)
class Intake:
    """What was read: the feed, what `kept` shall be made of, and the sketch of every record.

    `spilled`: bytes that lie in temporary files, for want of memory.
    """

    feed: Feed
    articles_in: Any
    sketches: Sketches
    spilled: int


def take_in(
    articles: Any,
    options: FeedOptions | None,
    fields: FieldNames,
    settings: Settings,
    tell: Progress,
    clock: Clock,
) -> Intake:
    """Read articles as `dedup.find_duplicates` takes them, and sketch them meanwhile; its errors."""
    room = Room(settings.memory << 20)
    made: list[Sketches] = []

    def use(blocks: Iterator[Block]) -> None:
        with clock("sketch"):
            made.append(sketch(_charged(clock, "read", blocks), settings, room))

    with clock("read"):
        feed, articles_in = _feed(articles, options, fields, tell, (room, use))
    if feed is articles:  # it was read before this clock ran
        clock.costs["read"].wall = feed.seconds
    if not made:  # what is in memory was not read in blocks
        use(_told(Texts(feed.articles["text"]).blocks(), tell))
    return Intake(feed, articles_in, made[0], room.spilled)


def _feed(
    articles: Any,
    options: FeedOptions | None,
    fields: FieldNames,
    tell: Progress,
    by: tuple[Room, Callable[[Iterator[Block]], None]],
) -> tuple[Feed, Any]:
    """The feed, and what `kept` shall be made of."""
    if isinstance(articles, Feed):
        if fields or options:
            raise ValueError(f"a Feed has been read already, got options for it: {options or fields!r}")
        return articles, articles.articles
    if is_frame(articles):
        frame = settled(articles)
        return read_frame(frame, _with_fields(options or DEFAULTS, fields)), frame
    paths = [articles] if isinstance(articles, (str, os.PathLike)) else articles
    if not isinstance(paths, (list, tuple)) or not all(
        isinstance(path, (str, os.PathLike)) for path in paths
    ):
        raise TypeError(f"articles must be a frame, a list of dicts, or paths, got {type(articles).__name__}")
    room, use = by
    feed = read(paths, _with_fields(options or FeedOptions(), fields), tell, room=room, use=use)
    return feed, feed.articles


def _with_fields(options: FeedOptions, fields: FieldNames) -> FeedOptions:
    return replace(options, fields=cast("FieldNames", {**options.fields, **fields}))


def _charged(clock: Clock, stage: str, blocks: Iterator[Block]) -> Iterator[Block]:
    """The blocks, what it takes to make them charged to a stage."""
    while True:
        with clock(stage):
            block = next(blocks, None)
        if block is None:
            return
        yield block


def _told(blocks: list[Block], tell: Progress) -> Iterator[Block]:
    """The blocks, and the share of them that there has been."""
    for number, block in enumerate(blocks, start=1):
        yield block
        tell("sketch", number / len(blocks))
