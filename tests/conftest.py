"""What all tests share: the folder of real feeds, and how hypothesis runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

REPO = Path(__file__).resolve().parent.parent

# The first call of a kernel compiles it, which no deadline per example can foresee.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("dev")


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses by marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all of `tests/kernels` as `kernels`, so that `-m kernels` runs them as plain Python too."""
    for item in items:
        if (REPO / "tests" / "kernels") in item.path.parents:
            item.add_marker("kernels")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real feeds, read in place and never part of the repo."""
    folder = Path(os.environ.get("DEDUP_SHARED", REPO.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("NOT RUN: no real feeds (set DEDUP_SHARED)")
    return folder
