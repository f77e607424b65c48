"""What all tests share: the folder of real feeds, and how hypothesis runs."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tests.engines import Find

REPO = Path(__file__).resolve().parent.parent

SOAK = int(os.environ.get("DEDUP_SOAK", "0"))
soak = pytest.mark.skipif(not SOAK, reason="takes minutes: make soak")

# The first call of a kernel compiles it, which no deadline per example can foresee.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("dev")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real feeds, read in place and never part of the repo."""
    folder = Path(os.environ.get("DEDUP_SHARED", REPO.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("NOT RUN: no real feeds (set DEDUP_SHARED)")
    return folder


SPARK = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "localhost",  # a machine whose name does not resolve runs the tests too
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
    # What pays for much data: for a few rows it takes three times as long as the work.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "10000",
    "spark.sql.session.timeZone": "UTC",
}


@pytest.fixture(params=["local", "spark"])
def find(request: pytest.FixtureRequest) -> Find:
    """What finds duplicates, on each engine; on Spark some tests alone, unless it is `make soak`."""
    from tests import engines

    if request.param == "local":
        return engines.local
    if not SOAK and request.node.get_closest_marker("on_spark") is None:
        pytest.skip("takes minutes: make soak")
    return engines.on_spark(request.getfixturevalue("spark"))


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session with `SPARK`, which tests put back as they were; skips where Spark cannot run.

    A task may fail three times, which locally it may not unless that is said.
    """
    pytest.importorskip("pyspark", reason="NOT RUN: no pyspark (pip install 'wirededup[spark]')")
    if not has_java():
        pytest.skip("NOT RUN: no Java (Spark needs version 17 on the path, or JAVA_HOME)")
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master("local[2, 4]").appName("tests")
        builder = builder.config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
        for name, value in SPARK.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()


def has_java() -> bool:
    """Whether Spark's launcher finds `java`: at `JAVA_HOME` where that is set, else on the path."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which(str(Path(home) / "bin" / "java") if home else "java") is not None
