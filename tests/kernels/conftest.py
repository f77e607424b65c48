"""Kernels as plain Python: numpy's scalars wrap around as the compiled ones do, but say so."""

from __future__ import annotations

from pathlib import Path

import pytest

WRAPS = "ignore:overflow encountered in scalar:RuntimeWarning"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Silence exactly that warning in the tests of this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(WRAPS))
