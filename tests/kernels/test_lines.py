"""Cells into lines, against joining them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels import calls

COLUMN = st.lists(st.text(max_size=20), min_size=1, max_size=4)


@given(st.lists(COLUMN, min_size=1, max_size=4), st.integers(0, 5), st.data())
@settings(max_examples=calls.EXAMPLES)
def test_lines_are_the_cells_of_each_row_with_marks_behind_them(
    columns: list[list[str]], rows: int, data: st.DataObject
) -> None:
    numbers = [
        data.draw(st.lists(st.integers(0, len(cells) - 1), min_size=rows, max_size=rows)) for cells in columns
    ]
    told = zip(columns, numbers, strict=True)
    wanted = zip(*([cells[number] for number in some] for cells, some in told), strict=True)
    assert calls.lines(columns, numbers) == "".join("".join(f"{cell}|" for cell in row) for row in wanted)
