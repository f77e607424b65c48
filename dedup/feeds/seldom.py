"""What few records say, and the first of them perhaps not, to columns of the fields it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dedup.articles import USUAL_NAMES

# A feed may say so of the one item that is killed or embargoed, and of no other.
_FIELDS = ("status", "embargoed")


class Seldom:
    """Fields that were not met, by their usual names as these are spelt, to be looked for in every record."""

    def __init__(self, chosen: Mapping[str, str]) -> None:
        self._names_of = {field: USUAL_NAMES[field] for field in _FIELDS if field not in chosen}
        self.names = [name for names in self._names_of.values() for name in names]
        """All names to look for."""

    def met(self, values: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, list[Any], list[str]]]:
        """Each field that some record has: its values, and the names they come from.

        `values` hold what the records have under each of `names`, None where one has nothing.
        """
        for field, names in self._names_of.items():
            met = [name for name in names if values[name].count(None) < len(values[name])]
            if met:
                rows = zip(*(values[name] for name in met), strict=True)
                yield field, [next((each for each in row if each is not None), None) for row in rows], met
