from __future__ import annotations

from pathlib import Path

from tools import gold


def test_the_page_of_the_demo_feed_is_the_gold_file(tmp_path: Path) -> None:
    made = gold.write_demo(tmp_path / "demo").read_text(encoding="utf-8")
    kept = gold.GOLD.read_text(encoding="utf-8")
    assert made.splitlines() == kept.splitlines(), "see what changed, then run `python -m tools.gold`"
    assert made == kept
