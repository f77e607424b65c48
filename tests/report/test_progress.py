from __future__ import annotations

import io

import pytest

from dedup.report.progress import bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_shown_on_a_terminal_alone() -> None:
    with bar(io.StringIO()) as tell:
        assert tell is None
    with bar(Terminal(), wanted=False) as tell:
        assert tell is None


def test_a_bar_names_its_stages_and_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with bar(stream) as tell:
        assert tell is not None
        tell("read", 0.5)
        tell("read", 1.0)
        tell("sketch", 0.25)
    assert "read" in stream.getvalue()
    assert "sketch" in stream.getvalue()
    assert stream.getvalue().endswith("\x1b[2K")
