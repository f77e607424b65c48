"""Arrays that take longer to make than to load, kept in the user's cache folder."""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.jit import cache_home

Arrays = tuple[NDArray[np.uint32], NDArray[np.uint32]]


def kept(name: str, make: Callable[[], Arrays]) -> Arrays:
    """The two arrays kept under `name`, or made and, where the folder can be written, kept.

    `name` must tell everything that the arrays depend on.
    """
    path = cache_home() / f"{name}.npz"
    try:
        with np.load(path) as file:
            return file["first"], file["second"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        first, second = make()
    with contextlib.suppress(OSError):
        _keep(path, first, second)
    return first, second


def _keep(path: Path, first: NDArray[np.uint32], second: NDArray[np.uint32]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False)  # noqa: SIM115
    try:
        with beside as file:
            np.savez(file, first=first, second=second)
        Path(beside.name).replace(path)
    except BaseException:
        Path(beside.name).unlink()
        raise
