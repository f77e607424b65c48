"""The one decorator of all kernels: `njit`, `nogil`, cached on disk under a name that cannot go stale.

numba notices that a kernel's own file changed, but not that a callee in another file did; so each module has
a cache folder named by the hash of its source and of those it imports, numba's version and the CPU.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import tempfile
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import llvmlite.binding
import numba
from numba.core import caching, runtime

from dedup.kernels.within import Within

P = ParamSpec("P")
R = TypeVar("R")

_njit: Any = numba.njit  # its types lose the signature of what it decorates
_runtime: Any = runtime
_caching: Any = caching
_llvm: Any = llvmlite.binding
_config: Any = numba.config  # filled from the environment, unseen by type checkers

_log = logging.getLogger(__name__)

_IMPORTS = re.compile(r"^from dedup\.kernels\.(\w+) import", re.MULTILINE)
_ALWAYS = ("sketch", "align")  # modules that every run needs


def cache_home() -> Path:
    """The user's cache folder for this package (`XDG_CACHE_HOME` is honoured)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dedup"


@cache
def cache_folder(module: str) -> Path | None:
    """Where the compiled kernels of a module are kept, or None where nothing can be written."""
    digest = hashlib.blake2b(digest_size=8)
    for source in sorted(_sources(module)):
        digest.update(source.encode() + b"\0" + _source(source).encode())
    digest.update(f"{numba.__version__} {llvmlite.binding.get_host_cpu_name()}".encode())
    try:
        folder = cache_home() / "kernels" / f"{module}-{digest.hexdigest()}"
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError) as error:
        _say_once(getattr(error, "strerror", None) or str(error))
        return None


@cache
def _source(module: str) -> str:
    path = Path(__file__).with_name(f"{module}.py")
    return path.read_text(encoding="utf-8") if path.exists() else ""


@cache
def _sources(module: str) -> frozenset[str]:
    """The modules of this package that a module is compiled from: itself, and what it and they import."""
    imported = _IMPORTS.findall(_source(module))
    return frozenset([module]).union(*map(_sources, imported))


@cache
def _say_once(error: str) -> None:
    _log.warning("kernels are compiled anew in every run: the cache folder cannot be written (%s)", error)


def is_cold() -> bool:
    """Whether the next run has to compile first."""
    folders = [cache_folder(module) for module in _ALWAYS]
    return any(folder is None or next(folder.rglob("*.nbc"), None) is None for folder in folders)


def jit(kernel: Callable[P, R]) -> Callable[P, R]:
    """Compile `kernel` on first use, without the GIL."""
    return _kept(kernel, {})


def bare(kernel: Callable[P, R]) -> Callable[P, R]:
    """The same for a kernel that makes no arrays and returns none: users of arrays are not counted in it.

    Numba counts them up and down wherever an array is cut, or taken from a tuple: a quarter of comparing. It
    must not call kernels that make or return arrays; setting a slice to an array makes one.
    """
    return _kept(kernel, {"_nrt": False})


def _kept(kernel: Callable[P, R], options: dict[str, bool]) -> Callable[P, R]:
    compiled = _njit(nogil=True, no_cfunc_wrapper=True, **options)(kernel)
    folder = cache_folder(kernel.__module__.rpartition(".")[2])
    if compiled is kernel:  # nothing is compiled
        return kernel
    if folder is not None:
        compiled._cache = _Cache(kernel, folder)
    within = Within(kernel, options)
    compiled.get_call_template, compiled.get_overload = within.get_call_template, within.get_overload
    return cast("Callable[P, R]", compiled)


class _Unlinked(caching.CompileResultCacheImpl):
    """Keeps a kernel's machine code, and not what others would be linked with: to read that takes 0.3 s.

    None is: what is compiled into others is a twin (`within`).
    """

    def reduce(self, cres: Any) -> Any:
        """What is kept of a compiled kernel: of LLVM's code the names that numba asks for."""
        (name, kind, (code, _)), *others = cres._reduce()
        names = (cres.fndesc.llvm_cpython_wrapper_name, cres.fndesc.llvm_func_name)
        named = "\n".join(f'@"{name}" = global i8 0' for name in names)
        return (name, kind, (code, _llvm.parse_assembly(named).as_bitcode())), *others


class _Cache:
    """Numba's cache of one kernel, opened when it is asked for: of 150 kernels a run loads 30.

    Nor does loading fill numba's registries, which only compiling needs and does itself. 0.3 s of every run.
    """

    def __init__(self, kernel: Callable[..., Any], folder: Path) -> None:
        self._kernel, self._folder = kernel, folder

    @cached_property
    def _opened(self) -> Any:
        # The setting is global to numba, and the caller's own kernels are none of our business: put it back.
        before = _config.CACHE_DIR
        _config.CACHE_DIR = str(self._folder)
        try:
            opened = _caching.FunctionCache(self._kernel)
            opened._impl = cast("Any", _Unlinked)(self._kernel)
            return opened
        except RuntimeError:  # the folder is gone
            return _caching.NullCache()
        finally:
            _config.CACHE_DIR = before

    def load_overload(self, signature: Any, target: Any) -> Any:
        """The kernel for a signature, or None where it is not kept."""
        _runtime.rtsys.initialize(target)  # what counts the users of arrays
        if isinstance(self._opened, _caching.NullCache):
            return None
        with self._opened._guard_against_spurious_io_errors():
            return self._opened._load_overload(signature, target)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opened, name)


def inlined(kernel: Callable[P, R]) -> Callable[P, R]:
    """Compile `kernel` into its callers: a look-up in an index takes 1.2 ns so, and 20 ns as a call."""
    return cast("Callable[P, R]", _njit(nogil=True, inline="always")(kernel))
