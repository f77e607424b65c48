"""Times how fast each format is read, and tells whether memory stays flat however large a folder is.

    python benchmarks/reading.py [--articles 20000] [--turns 3] [--folder 2000] [--write]

Speed is of one core: CPU seconds of a reader, from the bytes to the batches that a feed is made of, the least
of `--turns` taken in turn. JSON is held against msgspec: alone, it decodes the same lines into objects of the
fields that are read. Memory is that of a process that reads folders of a quarter, half and all of `--folder`
MB (JSON lines, NewsML-G2 messages and single NITF files), batch by batch. `--write` puts the tables into
benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

if not __package__:  # run as a file: its siblings are found from the folder above
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.corpus import WORK, Made
from benchmarks.measure import conditions, run_once
from benchmarks.tables import markdown, write_into_readme

FOLDER = WORK / "reading"
TIMEOUT = 1200
_G2 = "http://iptc.org/std/nar/2006-10-01/"

Article = dict[str, str]


def paragraphs(article: Article) -> str:
    """The text as XHTML."""
    return "".join(f"<p>{escape(each, quote=False)}</p>" for each in article["text"].split("\n\n"))


def as_ninjs(article: Article) -> str:
    """An item of ninjs 1, a line."""
    item = {"uri": article["id"], "type": "text", "version": "1", "pubstatus": "usable"}
    item |= {"versioncreated": article["published"], "headline": article["title"]}
    return json.dumps({**item, "body_text": article["text"]}, ensure_ascii=False) + "\n"


def as_nitf(article: Article) -> str:
    """A document of NITF 3."""
    return (
        f'<nitf><head><docdata><doc-id id-string="{article["id"]}"/>'
        f'<date.issue norm="{article["published"]}"/></docdata></head><body><body.head><hedline>'
        f"<hl1>{escape(article['title'])}</hl1></hedline></body.head>"
        f"<body.content>{paragraphs(article)}</body.content></body></nitf>\n"
    )


def as_newsml_g2(article: Article) -> str:
    """A news item of NewsML-G2."""
    return (
        f'<newsItem guid="{article["id"]}" version="1"><itemMeta><itemClass qcode="ninat:text"/>'
        f"<versionCreated>{article['published']}</versionCreated></itemMeta><contentMeta>"
        f"<headline>{escape(article['title'])}</headline></contentMeta><contentSet><inlineXML>"
        f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{paragraphs(article)}</body></html>'
        "</inlineXML></contentSet></newsItem>\n"
    )


def as_rss(article: Article) -> str:
    """An item of RSS."""
    return (
        f"<item><guid>{article['id']}</guid><title>{escape(article['title'])}</title>"
        f"<pubDate>{article['published']}</pubDate><description>{escape(paragraphs(article))}</description></item>\n"
    )


def as_message(article: Article) -> str:
    """A message of IPTC 7901."""
    number = article["id"].rpartition("-")[2][-4:].rjust(4, "0")
    text = "\r\n".join(f"   {each}" for each in article["text"].split("\n\n"))
    return f"\x01HAL{number} 4 pol 100\r\n\x02{article['title']} =\r\n\r\n{text}\r\n\x03070740 Apr 26\r\n\x04"


WRAPPED: dict[str, tuple[str, Callable[[Article], str], str]] = {
    "ninjs.jsonl": ("", as_ninjs, ""),
    "g2.xml": (f'<newsMessage xmlns="{_G2}"><itemSet>', as_newsml_g2, "</itemSet></newsMessage>"),
    "nitf.xml": ("<feed-of-nitf>", as_nitf, "</feed-of-nitf>"),
    "rss.xml": ('<rss version="2.0"><channel><title>Made</title>', as_rss, "</channel></rss>"),
    "wire.iptc": ("", as_message, ""),
}


def articles_of(feed: Path) -> Iterator[Article]:
    """What a made feed holds."""
    with feed.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield {
                name: str(record.get(name) or "") for name in ("id", "title", "source", "published", "text")
            }


def make(articles: int) -> list[Path]:
    """The same articles in every format, each made once."""
    made = Made(articles)
    made.make()
    FOLDER.mkdir(parents=True, exist_ok=True)
    paths = [made.feed]
    for name, (before, each, after) in WRAPPED.items():
        path = FOLDER / f"{articles}_{name}"
        paths.append(path)
        if not path.exists():
            with path.open("w", encoding="utf-8", newline="") as file:
                file.write(before)
                file.writelines(map(each, articles_of(made.feed)))
                file.write(after)
    return paths


def source_of(path: Path) -> Any:
    """A file as the readers take it."""
    from dedup.feeds.formats import recognise
    from dedup.feeds.sources import Source

    source = Source(name=path.as_posix(), index=0, path=path, inside=path.name)
    return replace(source, form=recognise(source, source.head(), {}))


def read(sources: list[Any]) -> int:
    """Read files of one format into batches of articles; return how many."""
    from dedup.feeds import FeedOptions, build
    from dedup.feeds.contract import Tally
    from dedup.feeds.formats import reader_of

    tally, options = Tally(lambda _: None), FeedOptions()
    batches = reader_of(sources[0]).read(sources, options, tally)
    return sum(build.articles(batch, options, tally.counts).num_rows for batch in batches)


def decode(path: Path) -> int:
    """What msgspec alone does with the lines of a file, block by block; return how many."""
    import msgspec

    from dedup.feeds.lines import whole_lines
    from dedup.feeds.sources import Source

    with path.open("rb") as file:
        keys = list(msgspec.json.decode(file.readline()))
    kind = msgspec.defstruct("Kind", [(key, Any, None) for key in keys], gc=False)
    decoder = msgspec.json.Decoder(kind)
    blocks = whole_lines(Source(name=path.as_posix(), index=0, path=path).blocks())
    return sum(len(decoder.decode_lines(block)) for block in blocks)


def taken(work: Callable[[], int]) -> float:
    """CPU seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


def speeds(articles: int, turns: int) -> str:
    """The table of speeds."""
    rows = []
    for path in make(articles):
        source = source_of(path)
        is_json = path.suffix == ".jsonl"
        ours, theirs = [], []
        for _ in range(turns):
            ours.append(taken(lambda source=source: read([source])))  # type: ignore[misc]
            if is_json:
                theirs.append(taken(lambda path=path: decode(path)))  # type: ignore[misc]
        size = path.stat().st_size / 1e6
        cost = min(ours)
        of_msgspec = f"{min(theirs) / cost:.2f}" if is_json else ""
        rows.append(
            (source.form, f"{size:.0f}", f"{size / cost:.0f}", f"{cost / articles * 1e6:.0f}", of_msgspec)
        )
    header = ("format", "MB", "MB a second", "µs an article", "of msgspec's speed")
    return markdown(header, rows) + f"\n\n{articles:,} made articles, one core; {conditions()}."


def folder(megabytes: int, articles: int) -> Path:
    """A folder of about that size: JSON lines, NewsML-G2 messages, and single NITF files."""
    target = FOLDER / f"folder_{megabytes}"
    if target.exists():
        return target
    half_made = FOLDER / "folder.part"
    shutil.rmtree(half_made, ignore_errors=True)
    half_made.mkdir()
    lines, message = make(articles)[0], FOLDER / f"{articles}_g2.xml"
    each = lines.stat().st_size + message.stat().st_size
    for number in range(max(1, round(megabytes * 0.8e6 / each))):
        shutil.copy(lines, half_made / f"{number}.jsonl")
        shutil.copy(message, half_made / f"{number}.xml")
    article = next(articles_of(lines))
    size = len(as_nitf(article).encode())
    for number in range(int(megabytes * 0.2e6) // size):
        document = as_nitf({**article, "id": f"n-{number}"})
        (half_made / f"n{number}.xml").write_text(document, encoding="utf-8")
    half_made.rename(target)
    return target


def stream(path: str) -> None:
    """Read a folder batch by batch, and print how many articles it holds."""
    from dedup.feeds.finding import find_sources
    from dedup.feeds.formats import recognise

    sources, _ = find_sources([path], lambda source, head: recognise(source, head, {}))
    print(sum(read(list(of_reader)) for _, of_reader in groupby(sources, lambda source: source.form)))


def memory(megabytes: int, articles: int) -> str:
    """The table of memory."""
    rows = []
    for size in (megabytes // 4, megabytes // 2, megabytes):
        there = folder(size, articles)
        out = WORK / "reading.stdout"
        cost = run_once(
            [sys.executable, __file__, "--stream", str(there)], cwd=WORK, out=out, timeout=TIMEOUT
        )
        files = [path.stat().st_size for path in there.iterdir()]
        number = int(out.read_text())
        rows.append(
            (
                f"{sum(files) / 1e6:,.0f}",
                f"{len(files):,}",
                f"{number:,}",
                f"{cost.cpu:.1f}",
                f"{cost.peak:.0f}",
            )
        )
    return markdown(("MB", "files", "articles", "CPU s", "peak MiB"), rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; `--stream` is what the process whose memory is measured does."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument(
        "--folder", type=int, default=2000, help="MB of the largest folder; 0 leaves memory out"
    )
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/README.md")
    parser.add_argument("--stream", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.stream:
        stream(asked.stream)
        return
    told = {"reading": speeds(asked.articles, asked.turns)}
    if asked.folder:
        told["streaming"] = memory(asked.folder, asked.articles)
    for name, table in told.items():
        print(table, end="\n\n")
        if asked.write:
            write_into_readme(name, table)


if __name__ == "__main__":
    main()
