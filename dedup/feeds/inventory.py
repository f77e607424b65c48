"""A feed that was read to what a person asks of it first: what formats, how much of each, what was lost."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.feeds.contract import Feed


def inventory(feed: Feed) -> dict[str, Any]:
    """Plain values: `formats` (inputs, articles and rejects of each), `counts`, `notes`, `rejects`."""
    inputs = feed.articles["input"].to_numpy()
    articles = np.bincount(inputs, minlength=len(feed.sources)).tolist()
    rejects = feed.rejects.to_pylist()
    formats: dict[str, dict[str, Any]] = {}
    for source in feed.sources:
        told = formats.setdefault(
            source.form, {"format": source.form, "inputs": 0, "articles": 0, "rejects": 0}
        )
        told["inputs"] += 1
        told["articles"] += articles[source.index]
    forms = {source.name: source.form for source in feed.sources}
    for reject in rejects:
        formats[forms[reject["input"]]]["rejects"] += 1
    return {
        "formats": list(formats.values()),
        "counts": dict(feed.counts),
        "notes": list(feed.notes),
        "rejects": rejects,
    }
