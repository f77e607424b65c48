"""A night of the archive as a step of an ETL job: a pandas frame in, a smaller one out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd

import dedup


def tonight(articles: pd.DataFrame, archive: Path, night: datetime) -> pd.DataFrame:
    """Add a night's articles to the archive; what is worth storing comes back, with the cluster it is in.

    That is the frame less copies and what was there before. An update of a story stays, be it the lead of its
    cluster now or, by `relation`, a `version` of `lead_id`. What is in no cluster has none of the three. What
    was killed tonight is left out; what is under embargo is yours to hold back. Again gives the same.

    `articles` needs a column `id`, one text for each; `night` needs its time zone.
    """
    with dedup.Archive.open(archive) as opened:
        found = opened.add(articles, run_id=night.date().isoformat(), as_of=night)
    new = found.clusters.query("is_new").set_index("article_id")
    told = articles.join(new[["cluster_id", "relation", "lead_id"]], on="id", validate="many_to_one")
    is_killed = told["id"].isin(found.tables["kills"]["article_id"].to_pylist())
    return told[(found.keep | (told["relation"] == "version")) & ~is_killed]
