"""Kernels as other kernels call them: compiled into those, not on their own.

Numba gives each kernel wrappers for Python, optimises it and keeps machine code of it on disk, and does all
that again in each kernel that calls it, those that call these, and so on. Only the outermost needs it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numba
from numba.core import types

_njit: Any = numba.njit  # its types lose the signature of what it decorates
_types: Any = types


def _widest(kind: Any) -> Any:
    """The type that a kernel is compiled for in place of a constant's, or a narrower integer's."""
    kind = _types.unliteral(kind)
    if isinstance(kind, _types.Integer) and kind.signed:
        return _types.int64
    if isinstance(kind, _types.BaseTuple):
        return _types.BaseTuple.from_types(tuple(map(_widest, kind)))
    return kind


class Within:
    """What a kernel's callers are compiled with: its twin, made when the first one asks.

    It gives them what numba asks a kernel for: a template, by types, and then an overload.
    """

    def __init__(self, kernel: Callable[..., Any], options: dict[str, bool]) -> None:
        self._kernel, self._options = kernel, options

    @cached_property
    def _twin(self) -> Any:
        bare = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        twin = _njit(**self._options, **bare)(self._kernel)
        twin.add_overload = lambda made: twin.overloads.update({tuple(made.signature.args): made})
        return twin

    def get_call_template(self, kinds: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """What numba infers the type of a call from."""
        return self._twin.get_call_template(tuple(map(_widest, kinds)), named)

    def get_overload(self, kinds: Any) -> Any:
        """What numba finds the code of a call by."""
        return self._twin.get_overload(kinds)
