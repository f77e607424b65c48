"""The floor of any run: decodes a JSON lines feed and builds the Arrow column of its texts, no more.

python benchmarks/read_only.py FEED.jsonl
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pyarrow as pa

BLOCK = 1 << 23  # bytes decoded at a time: what is read stays in the cache, memory holds the texts only


class Article(msgspec.Struct):
    """The one field it needs."""

    text: str


def main() -> None:
    """Read the feed named on the command line and say how many texts it holds."""
    decoder = msgspec.json.Decoder(Article)
    blocks = []
    with Path(sys.argv[1]).open("rb") as feed:
        while lines := feed.readlines(BLOCK):
            articles = decoder.decode_lines(b"".join(lines))
            blocks.append(pa.array([article.text for article in articles], type=pa.large_string()))
    texts = pa.chunked_array(blocks, type=pa.large_string())
    print(f"{len(texts)} texts, {texts.nbytes} bytes")


if __name__ == "__main__":
    main()
