from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.feeds import sources as at
from dedup.feeds.elements import elements

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(st.text(max_size=4), values, max_size=3)


def split(data: bytes, size: int) -> list[bytes]:
    blocks = (data[at : at + size] for at in range(0, len(data), size))
    return b"".join(elements(blocks, lambda: pytest.fail("nothing is too long"))).splitlines()


@given(st.lists(objects, max_size=4), st.integers(1, 9), st.sampled_from([None, 1]))
def test_the_elements_of_an_array_are_a_line_each(
    records: list[object], size: int, indent: int | None
) -> None:
    data = json.dumps(records, indent=indent).encode()
    assert [json.loads(line) for line in split(data, size)] == records


@given(st.lists(objects, max_size=4), st.integers(1, 9))
def test_objects_one_behind_the_other_are_a_line_each(records: list[object], size: int) -> None:
    data = "\n".join(json.dumps(record, indent=2) for record in records).encode()
    assert [json.loads(line) for line in split(data, size)] == records


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize(
    "data",
    [
        b'{"status": "ok", "totalResults": 2, "articles": [{"a": 1}, {"b": [2]}]}',
        b'{"response": {"pages": 1, "results": [{"a": 1}, {"b": [2]}], "next": {"c": 3}}, "d": [{}]}',
        b'{\n "_items":\n [{"a": 1},\n {"b": [2]}], "_meta": {"total": 2}}',
    ],
)
def test_items_that_an_interface_wraps_up_are_a_line_each(data: bytes, size: int) -> None:
    assert split(data, size) == [b'{"a": 1}', b'{"b": [2]}']


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b" [ ] ", []),
        (b'[1, {"a": "]}"}, "x"]', [b"1", b'{"a": "]}"}', b'"x"']),
        (b'[{"a": 1}, {"b": "cut', [b'{"a": 1}', b'{"b": "cut']),
        (b']}{"a": 1}', [b'{"a": 1}']),
        (b'{"a": "\\"}"} {"b": 1}', [b'{"a": "\\"}"}', b'{"b": 1}']),
    ],
)
def test_what_is_no_element_is_a_line_of_its_own(data: bytes, lines: list[bytes], size: int) -> None:
    assert split(data, size) == lines


def test_an_element_that_has_no_end_is_told_and_ends_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at, "MOST_BYTES", 10)
    monkeypatch.setattr(at, "HEAD", 8)
    told: list[bool] = []
    blocks = iter([b'[{"a": 1}, {"b": "', b"x" * 20, b'"}, {"c": 1}]'])
    assert list(elements(blocks, lambda: told.append(True))) == [b'{"a": 1}\n']
    assert told == [True]
