"""When too many records could not be read for the answer to be worth having."""

from __future__ import annotations

from typing import Any

from dedup.errors import TooManyRejects
from dedup.feeds.contract import Feed

# A few bad lines are normal in any feed, however small it is.
_ALWAYS_ALLOWED = 9


def check_rejects(feed: Feed, max_errors: float) -> None:
    """Raise `TooManyRejects` when the share of rejects is above `max_errors`, but never for under ten.

    Where not one article could be read, one reject is too many.
    """
    check_share(
        feed.articles.num_rows, feed.rejects.num_rows, feed.rejects.slice(0, 1).to_pylist(), max_errors
    )


def check_share(articles: int, rejects: int, some: list[dict[str, Any]], max_errors: float) -> None:
    """The same of how many articles and rejects there are; `some`: the first of the rejects."""
    if not 0 <= max_errors <= 1:
        raise ValueError(f"max_errors must be a share from 0 to 1, got {max_errors!r}")
    records = articles + rejects
    few = rejects <= _ALWAYS_ALLOWED and (articles or not rejects)
    if few or rejects <= max_errors * records:
        return
    first = some[0]
    where = first["input"] if first["record"] is None else f"{first['input']}, record {first['record']}"
    raise TooManyRejects(
        f"{rejects:,} of {records:,} records could not be read ({rejects / records:.1%}, and "
        f"{max_errors:.1%} is allowed); the first is {where}: {first['reason']}. "
        "Mend the feed, or allow more with --max-errors SHARE"
    )
