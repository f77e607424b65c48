"""Feeds: files, folders and stdin of several formats to one Arrow table of articles."""

from dedup.feeds.contract import Feed, FeedOptions, Progress
from dedup.feeds.inventory import inventory
from dedup.feeds.kept import check_kept, write_kept
from dedup.feeds.reading import read
from dedup.feeds.rejects import check_rejects

__all__ = [
    "Feed",
    "FeedOptions",
    "Progress",
    "check_kept",
    "check_rejects",
    "inventory",
    "read",
    "write_kept",
]
