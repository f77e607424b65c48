"""JSON documents to JSON lines: the elements of an array, or objects one behind the other, a line each."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

from dedup.feeds import sources as at

# A text, with the brackets in it, is one step; of one that is not whole yet only the quote is found.
_STEP = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\]"]', re.DOTALL)
_BETWEEN = b", \t\r\n"

# An answer of an interface holds its items in an array of one of these names, and facts of its own before it.
_WRAPPED = re.compile(rb'\s*+\{[^\[\]]{0,4000}?"(?:_?items|articles|docs|news|results)"\s*+:\s*+(?=\[)')
_OPENING, _CLOSING, _QUOTE = b"{["[0], b"}]"[0], b'"'[0]


def wrapper(head: bytes) -> int:
    """How many bytes stand before the array of items, where a document wraps one up; 0 where it does not."""
    found = _WRAPPED.match(head)
    return found.end() if found else 0


def elements(blocks: Iterator[bytes], too_long: Callable[[], None]) -> Iterator[bytes]:
    """Blocks of whole lines, one element in each; what stands between elements and is none is a line, too.

    A document that wraps its items up ends with them. `too_long` is told of an element of more than
    `MOST_BYTES`; what comes after is not read.
    """
    head = b""
    for block in blocks:
        head += block
        if len(head) >= at.HEAD:
            break
    skipped = wrapper(head)
    split = _Split(is_wrapped=skipped > 0)
    for block in itertools.chain([head[skipped:]], blocks):
        if made := b"".join(split.of(block)):
            yield made
        if split.is_over:
            return
        if len(split.pending) > at.MOST_BYTES:
            too_long()
            return
    if rest := _line(split.pending):
        yield rest[:-1]  # it is not whole, and must not look as if a line end stood in it


class _Split:
    """Takes a document block by block; `pending`: what is not whole yet."""

    def __init__(self, *, is_wrapped: bool) -> None:
        self.pending = b""
        self.is_over = False
        self._is_wrapped = is_wrapped
        self._at = 0  # how far `pending` was looked at
        self._depth = 0
        self._base = 0  # depth of the elements: 1 in an array

    def of(self, block: bytes) -> Iterator[bytes]:
        """The elements that are whole now."""
        data = self.pending + block
        start = 0
        depth, base = self._depth, self._base
        end = self._at
        for step in _STEP.finditer(data, self._at):
            first = data[step.start()]
            if first == _QUOTE:
                if step.end() == step.start() + 1:
                    break
            elif first in b"{[":
                if depth == base:
                    yield _line(data[start : step.start()])
                    start = step.start()
                    if not base and first == b"["[0]:
                        base, start = 1, step.end()
                depth += 1
            else:
                depth -= 1
                if depth == base and depth >= 0:
                    yield _line(data[start : step.end()])
                    start = step.end()
                elif depth < base:
                    yield _line(data[start : step.start()])
                    start, depth, base = step.end(), 0, 0
                    if self._is_wrapped:
                        self.is_over = True
                        return
            end = step.end()
        self._depth, self._base = depth, base
        self.pending = data[start:]
        self._at = max(0, end - start)


def _line(element: bytes) -> bytes:
    element = element.strip(_BETWEEN)
    return element.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n" if element else b""
