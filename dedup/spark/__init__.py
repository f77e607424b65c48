"""The same answer on Spark: `find_duplicates` takes a Spark DataFrame and gives Spark DataFrames.

Needs the extra `spark` (`pip install 'wirededup[spark]'`) and Java; on a cluster each executor needs the
package too. Nothing of it is loaded until it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.errors import EngineError

if TYPE_CHECKING:
    from dedup.spark.running import SparkDuplicates, find_duplicates

__all__ = ["SparkDuplicates", "find_duplicates"]


def __getattr__(name: str) -> Any:
    """Load what is asked for. Raises `EngineError` where pyspark is not installed."""
    if name not in __all__:
        raise AttributeError(f"module 'dedup.spark' has no attribute {name!r}")
    try:
        import pyspark  # noqa: F401
    except ImportError as error:
        raise EngineError(
            "Spark's engine needs pyspark, which is not installed: pip install 'wirededup[spark]'"
        ) from error
    from dedup.spark import running

    return getattr(running, name)
