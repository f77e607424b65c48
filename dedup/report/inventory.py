"""What a feed holds, for people: its formats, its fields, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from dedup.report.plain import show_parts, table, text

_SHOWN = 20  # rejects


def show_inventory(told: Mapping[str, Any], stream: IO[str]) -> None:
    """Write the plain values of a feed's inventory."""
    rows = [
        (each["format"], f"{each['inputs']:,}", f"{each['articles']:,}", f"{each['rejects']:,}")
        for each in told["formats"]
    ]
    parts = [table(("Format", "Inputs>", "Articles>", "Rejects>"), rows)]
    counts = [(name.replace("_", " "), f"{number:,}") for name, number in told["counts"].items() if number]
    parts.append(table(("Counted", "Number>"), counts))
    if told["notes"]:
        parts.append(text(*told["notes"]))
    if told["rejects"]:
        parts.append(table(("Rejected", "Record>", "Reason"), map(_reject, told["rejects"][:_SHOWN])))
        if len(told["rejects"]) > _SHOWN:
            parts.append(text(f"and {len(told['rejects']) - _SHOWN:,} more rejects; --json tells all"))
    show_parts(parts, stream)


def _reject(reject: Mapping[str, Any]) -> tuple[str, str, str]:
    record = reject["record"]
    return reject["input"], "–" if record is None else f"{record:,}", reject["reason"]
