"""What is in an archive, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any

from dedup.report.terminal import count, harmless

if TYPE_CHECKING:
    from dedup.duplicates import Duplicates

_MEGA = 1e6


def show_info(info: Mapping[str, Any], stream: IO[str]) -> None:
    """Write what `Archive.info` tells, a line for each thing."""
    articles = ", ".join(f"{number:,} {state}" for state, number in info["articles"].items()) or "none"
    latest = info["latest_run"]
    size, free = info["bytes"] / _MEGA, info["bytes_compaction_saves"] / _MEGA
    lines = [
        ("Archive", f"{info['path']}, made {info['created']}, schema {info['schema_version']}"),
        ("Articles", articles),
        ("Clusters", f"{info['clusters']:,}, of {info['articles_in_clusters']:,} articles"),
        ("Boilerplate", f"{count(info['boilerplate_blocks'], 'block')} learnt"),
        ("Runs", f"{info['runs']:,}"),
        ("Size", f"{size:,.1f} MB, of which compaction saves {free:,.1f} MB"),
        ("Texts", "kept" if info["keep_text"] else "not kept"),
        ("Settings", ", ".join(f"{name} {value}" for name, value in info["settings"].items())),
        ("Fold table", info["fold_table"]),
    ]
    if latest:
        window = f"from {latest['window_from']}" if latest["window_from"] else "all articles"
        told = f"{latest['run_id']} as of {latest['as_of']}, window {window}"
        lines.insert(
            5, ("Latest run", f"{told}: {latest['articles_new']:,} new, {latest['changes']:,} moved")
        )
    width = max(len(name) for name, _ in lines)
    stream.write("".join(f"{name:<{width}}  {harmless(told)}\n" for name, told in lines))


def show_removal(found: Duplicates, stream: IO[str]) -> None:
    """Write what taking articles out has changed."""
    removed, moved = found.run["counts"]["articles_removed"], found.tables["changes"].num_rows
    stream.write(f"{count(removed, 'article')} removed; {count(moved, 'verdict')} moved.\n")
