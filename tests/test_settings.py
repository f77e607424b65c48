"""Settings: what they refuse, and what their fingerprint tells apart."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest

from dedup import Settings

# For every setting another value that is allowed beside the defaults of the others.
OTHERS: dict[str, Any] = {
    "shingle": 4,
    "permutations": 64,
    "bands": 16,
    "kgram": 7,
    "window": 10,
    "gap": 8,
    "threshold": 0.6,
    "excerpt": 0.9,
    "shared": 0.3,
    "told": 0.4,
    "min_words": 0,
    "min_repeat": 30,
    "boilerplate": 0,
    "keep": "latest",
    "threads": 3,
    "memory": 500,
}


def test_the_fingerprint_changes_with_every_setting_but_threads_and_memory() -> None:
    assert set(OTHERS) == {field.name for field in fields(Settings)}
    prints = {name: replace(Settings(), **{name: value}).fingerprint for name, value in OTHERS.items()}
    assert prints.pop("threads") == prints.pop("memory") == Settings().fingerprint
    assert len({*prints.values(), Settings().fingerprint}) == len(prints) + 1


def test_the_fingerprint_is_that_of_the_values() -> None:
    assert replace(Settings(), gap=3).fingerprint == Settings(gap=3).fingerprint
    assert Settings().fingerprint == Settings().fingerprint
    assert len(Settings().fingerprint) == 16


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"shingle": 0}, "shingle must be a whole number from 1 to 16, got 0"),
        ({"permutations": 127.0}, "permutations must be a whole number from 4 to 1024, got 127.0"),
        ({"bands": 33}, r"bands must divide permutations \(128\), got 33"),
        ({"kgram": "6"}, "kgram must be a whole number from 2 to 64, got '6'"),
        ({"window": -1}, "window must be a whole number from 1 to 256, got -1"),
        ({"gap": 65}, "gap must be a whole number from 0 to 64, got 65"),
        ({"threads": True}, "threads must be a whole number from 0 to 1024, got True"),
        ({"min_words": None}, "min_words must be a whole number from 0 to 1000000, got None"),
        ({"min_repeat": 1}, "min_repeat must be a whole number from 2 to 1000000, got 1"),
        ({"min_repeat": 5}, r"min_repeat must be at least kgram \(6\), got 5"),
        ({"kgram": 30}, r"min_repeat must be at least kgram \(30\), got 20"),
        ({"threshold": 0}, "threshold must be above 0 and at most 1, got 0"),
        ({"excerpt": 1.01}, "excerpt must be above 0 and at most 1, got 1.01"),
        ({"shared": float("nan")}, "shared must be above 0 and at most 1, got nan"),
        ({"told": "0.5"}, "told must be above 0 and at most 1, got '0.5'"),
        ({"keep": "best"}, "keep must be one of lead, origin, longest, latest, credited, got 'best'"),
    ],
)
def test_a_value_out_of_range_is_told_with_its_name(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        Settings(**wrong)


def test_settings_are_given_by_name_and_stay_as_they_are() -> None:
    with pytest.raises(TypeError):
        Settings(3)  # type: ignore[call-arg]
    with pytest.raises(FrozenInstanceError):
        Settings().gap = 3  # type: ignore[misc]


def test_threads_are_those_asked_for_or_one_for_each_core() -> None:
    assert Settings(threads=3).workers == 3
    assert Settings().workers >= 1
