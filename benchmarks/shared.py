"""Where the labelled sets and the throughput corpus are: beside the repo, or where DEDUP_SHARED says."""

from __future__ import annotations

import os
from pathlib import Path

DATA = Path(os.environ.get("DEDUP_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
