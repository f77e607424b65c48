"""Result folders made by hand, and pages of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from dedup.report.csv import write
from dedup.report.page import write_report
from tests.report.made_up import NOON, member, result, table

STORY = "The old lighthouse keeper counted nine ships before breakfast and wrote every name in his book."
RTL_OVERRIDE, RIGHT_MARK = "\u202e", "\u200f"


def lone_pair(text: str, **more: Any) -> dict[str, Any]:
    """Tables of one cluster: a lead and an exact copy an hour later, both with this text."""
    length = len(text)
    later = NOON + dt.timedelta(hours=1)
    facts = {"title": "Nine ships", "source": "Northern Wire", **more}
    return {
        "clusters": table(
            "clusters",
            member("c1", "a1", 2, is_origin=True, in_lead=1.0, of_lead=1.0, **facts),
            member("c1", "a2", 2, relation="near", in_lead=1.0, of_lead=1.0, **facts | {"published": later}),
        ),
        "pairs": table("pairs", {"a_id": "a1", "b_id": "a2", "relation": "near"}),
        "passages": table(
            "passages",
            {
                "a_id": "a1",
                "b_id": "a2",
                "passage": 1,
                "a_end": length,
                "b_end": length,
                "words": 16,
                "identical": 1.0,
            },
        ),
        "repeats": table("repeats"),
        "articles": table(
            "articles",
            *({"article_id": name, "text": text, "published": NOON, **facts} for name in ("a1", "a2")),
        ),
    }


def written(folder: Path, *, text: bool = True, file_format: Any = "csv", **tables: Any) -> Path:
    """A result folder with these tables, the others empty or as `made_up.result` has them."""
    write(result(**tables), folder, text=text, file_format=file_format)
    return folder


def page_of(folder: Path, **tables: Any) -> str:
    """The first page of a result with these tables."""
    return write_report(written(folder, **tables))[0].read_text(encoding="utf-8")
