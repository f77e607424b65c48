"""Where compiled kernels are kept, and what happens where nothing can be."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from dedup.kernels import jit


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A cache home of its own, forgotten afterwards."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    _forget()
    yield tmp_path
    _forget()


def _forget() -> None:
    jit.cache_folder.cache_clear()
    jit._say_once.cache_clear()


setting: Any = numba.config  # its options have no types


def add_one(value: int) -> int:
    return value + 1


def test_folders_are_made_in_the_users_cache_and_it_is_cold_until_kernels_are_kept(home: Path) -> None:
    for module in ("sketch", "align"):
        folder = jit.cache_folder(module)
        assert folder is not None
        assert folder.parent == home / "cache" / "dedup" / "kernels"
        assert folder.is_dir()
        assert jit.is_cold()
        (folder / "some.nbc").touch()
    assert not jit.is_cold()


def test_a_module_is_compiled_anew_when_one_that_it_imports_changes() -> None:
    """`align` calls `chain` by way of `passages`."""
    assert {"align", "chain", "jit", "passages", "tokens"} <= jit._sources("align")
    assert "align" not in jit._sources("chain")


def test_without_a_setting_the_cache_is_in_the_users_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert jit.cache_home() == tmp_path / ".cache" / "dedup"


def test_a_kernel_is_compiled_and_numbas_own_setting_left_alone(home: Path) -> None:
    before = setting.CACHE_DIR
    assert jit.jit(add_one)(1) == 2
    assert before == setting.CACHE_DIR
    assert home.is_dir()


def double_all(values: NDArray[np.int64]) -> int:
    for i in range(values.size):
        values[i] *= 2
    return values.size


def test_a_kernel_that_counts_no_users_is_loaded_again_as_it_was_kept(home: Path) -> None:
    for times in (1, 2):
        values = np.arange(3)
        kernel: Any = jit.bare(double_all)
        assert kernel(values) == 3
        assert values.tolist() == [0, 2, 4]
        if hasattr(kernel, "stats"):  # as plain Python it has none
            assert sum(kernel.stats.cache_hits.values()) == times - 1
    assert home.is_dir()


twice: Any = double_all  # compiled in the test


def double_each_row(values: NDArray[np.int64]) -> int:
    rows = 0
    for i in range(values.shape[0]):
        rows += twice(values[i])
    return rows


def test_a_kernel_within_another_is_kept_with_that_one_and_can_be_called_by_itself(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "twice", jit.bare(double_all))
    values = np.ones((2, 3), np.int64)
    outer: Any = jit.jit(double_each_row)
    assert outer(values) == 6
    if hasattr(outer, "stats"):  # as plain Python it has none
        assert ["double_each_row" in kept.name for kept in home.rglob("*.nbc")] == [True]
    assert twice(values[0]) == 3
    assert values.tolist() == [[4, 4, 4], [2, 2, 2]]


def test_where_the_cache_cannot_be_written_kernels_run_all_the_same_and_it_is_said_once(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (home / "cache").write_text("a file where a folder should be")
    with caplog.at_level(logging.WARNING):
        assert jit.jit(add_one)(1) == 2
        assert jit.jit(add_one)(2) == 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert jit.is_cold()
