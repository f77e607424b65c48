"""The options of the commands, one annotated type each."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer


class Format(StrEnum):
    """How the tables of a result are written."""

    CSV = "csv"
    PARQUET = "parquet"


class Engine(StrEnum):
    """What does the work."""

    LOCAL = "local"
    SPARK = "spark"


class Html(StrEnum):
    """What becomes of HTML in a text."""

    STRIP = "strip"
    KEEP = "keep"


class Keep(StrEnum):
    """Which member of a cluster stays."""

    LEAD = "lead"
    ORIGIN = "origin"
    LONGEST = "longest"
    LATEST = "latest"
    CREDITED = "credited"


def _field(flag: str, what: str) -> Any:
    return typer.Option(flag, metavar="NAME", help=f"Field that holds the {what}.", rich_help_panel="Fields")


def _setting(flag: str, meaning: str, metavar: str | None = None) -> Any:
    return typer.Option(flag, help=meaning, metavar=metavar, rich_help_panel="Settings")


def output(flag: str, meaning: str, *short: str, metavar: str | None = None) -> Any:
    """An option of what is written."""
    return typer.Option(flag, *short, help=meaning, metavar=metavar, rich_help_panel="Output")


FeedArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FEED",
        help="What agencies and aggregators send: ninjs, NewsML, NITF, RSS, Atom, JSON Feed, HTML, WARC, "
        "text wires, JSON, CSV, Parquet or text; packed or not, in a file, a folder, a pattern, a .zip or "
        ".tar, at an address, or - for stdin.",
        show_default=False,
    ),
]


def _out(table: str) -> Any:
    return output(
        "--out",
        "Folder for the result, written whole or not at all; an earlier result there is replaced. "
        f"Without it {table}.csv goes to stdout and the summary to stderr.",
        metavar="DIR",
    )


Out = Annotated[str | None, _out("clusters")]
ChangesOut = Annotated[str | None, _out("changes")]
Kept = Annotated[
    str | None, output("--kept", "File for the input's own records less duplicates.", metavar="FILE")
]
FileFormat = Annotated[Format | None, output("--format", "Format of the tables in --out: csv unless said.")]
NoText = Annotated[bool, output("--no-text", "Leave the articles' text out of --out.")]
Report = Annotated[
    bool, output("--report", "Put a report to look at, report.html, into --out; it shows the words.")
]
AsJson = Annotated[
    bool, output("--json", "Put run.json and the figures on stdout, instead of the summary or clusters.csv.")
]
EngineChoice = Annotated[
    Engine,
    output(
        "--engine",
        "Where the work is done: local, or spark for feeds that one machine does not hold. Spark reads "
        "Parquet, JSON lines and CSV on any of its file systems and writes Parquet.",
    ),
]
Master = Annotated[
    str | None,
    output("--master", "Master of --engine spark, such as local[2]; Spark's own settings, unless said."),
]
Quiet = Annotated[bool, output("--quiet", "No summary, progress or notes; errors alone.", "-q")]
Curve = Annotated[
    bool,
    output(
        "--curve",
        "Print what share of pairs these settings find, by how alike they are, and end: reads no feed.",
    ),
]

ResultArgument = Annotated[
    str, typer.Argument(metavar="DIR", help="Folder that dedup find --out wrote.", show_default=False)
]
TruthArgument = Annotated[
    str,
    typer.Argument(
        metavar="TRUTH",
        help="CSV of pairs (a_id, b_id and label, relation or kind) or of clusters (id or article_id, and "
        "cluster, cluster_id or story; empty for an article without copies).",
        show_default=False,
    ),
]
FiguresAsJson = Annotated[bool, output("--json", "Put the figures on stdout as JSON.")]
RowsAsJson = Annotated[bool, output("--json", "Put them on stdout as JSON, an object for each row.")]
ChangesAsJson = Annotated[
    bool,
    output("--json", "Put run.json and the changes on stdout, instead of the summary or changes.csv."),
]
Most = Annotated[
    int,
    typer.Option(
        "--most",
        help="How many pairs missed, and how many false alarms, are listed.",
        min=0,
        rich_help_panel="Output",
    ),
]

Profile = Annotated[
    bool, output("--profile", "Print what each stage took, in seconds and memory, to stderr.")
]

Id = Annotated[str | None, _field("--id", "id")]
Text = Annotated[str | None, _field("--text", "text")]
Title = Annotated[str | None, _field("--title", "headline")]
Source = Annotated[str | None, _field("--source", "outlet")]
Published = Annotated[str | None, _field("--published", "time of publication")]
Url = Annotated[str | None, _field("--url", "address")]
FieldVersion = Annotated[str | None, _field("--version", "version of an article")]
PriorIds = Annotated[str | None, _field("--prior-ids", "ids of what an article replaces")]
Byline = Annotated[str | None, _field("--byline", "byline")]
Status = Annotated[str | None, _field("--status", "status: canceled or withheld, or may be used")]
Embargoed = Annotated[str | None, _field("--embargoed", "time before which an article must not be used")]

Tz = Annotated[
    str, typer.Option("--tz", help="Zone of times that name none.", metavar="ZONE", rich_help_panel="Reading")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="Leave out what is under embargo at this time, in ISO 8601; now, unless said.",
        metavar="TIME",
        rich_help_panel="Reading",
    ),
]
HtmlChoice = Annotated[
    Html, typer.Option("--html", help="Strip HTML found in texts, or keep it.", rich_help_panel="Reading")
]
Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        help="Encoding of text, CSV, JSON and text wires that are not UTF-8, such as cp1252.",
        metavar="NAME",
        rich_help_panel="Reading",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Read the feed, tell what it holds, and end: formats, counts, fields used, rejects.",
        rich_help_panel="Reading",
    ),
]
MaxErrors = Annotated[
    float,
    typer.Option(
        "--max-errors",
        help="Share of unreadable records above which the run, though finished, ends with exit code 3.",
        min=0.0,
        max=1.0,
        rich_help_panel="Reading",
    ),
]

SettingsFile = Annotated[
    str | None, _setting("--settings", "TOML file of settings; an option given here wins.", "FILE")
]
Threshold = Annotated[
    float | None, _setting("--threshold", "near: both articles are in each other by this share (0.7).")
]
Excerpt = Annotated[
    float | None, _setting("--excerpt", "excerpt: one article is in the other by this share (0.8).")
]
Shared = Annotated[float | None, _setting("--shared", "shared: least share told as a part in common (0.2).")]
MinWords = Annotated[int | None, _setting("--min-words", "Shorter articles join only as exact copies (20).")]
MinRepeat = Annotated[int | None, _setting("--min-repeat", "Fewest words of a repeated block (20).")]
Boilerplate = Annotated[
    int | None,
    _setting(
        "--boilerplate",
        "Unrelated stories that a passage must recur in to be boilerplate; 0 learns none (5).",
    ),
]
KeepChoice = Annotated[Keep | None, _setting("--keep", "Which member of a cluster --kept keeps (lead).")]
Threads = Annotated[int | None, _setting("--threads", "Worker threads; 0 is one for each core (0).")]
Memory = Annotated[
    int | None,
    _setting(
        "--memory", "MiB to take; texts and sketches beyond lie in temporary files; 0 is what is free (0)."
    ),
]

ArchiveArgument = Annotated[
    str, typer.Argument(metavar="ARCHIVE", help="File of the archive.", show_default=False)
]
AddedFeed = Annotated[
    list[str],
    typer.Argument(metavar="FEED", help="What `dedup find` takes.", show_default=False),
]
IdArgument = Annotated[
    list[str], typer.Argument(metavar="ID", help="Id of an article; all its versions go.", show_default=False)
]
Before = Annotated[
    str, typer.Argument(metavar="BEFORE", help="Time in ISO 8601; what is older goes.", show_default=False)
]


def _archive(flag: str, meaning: str, metavar: str) -> Any:
    return typer.Option(flag, help=meaning, metavar=metavar, rich_help_panel="Archive")


TimeWindow = Annotated[
    str,
    _archive(
        "--window",
        "How far back from --as-of articles take part, by time of publication, else by when they were added: "
        "a number with h, d or w, or all.",
        "SPAN",
    ),
]
RunId = Annotated[
    str | None,
    _archive(
        "--run-id",
        "Name of the run; one that is known changes nothing and gives its report again. Unless said, the "
        "feed's content is its name.",
        "ID",
    ),
]
AddedAsOf = Annotated[
    str | None, _archive("--as-of", "The moment that the run is for, in ISO 8601; now, unless said.", "TIME")
]
Wait = Annotated[
    float,
    typer.Option(
        "--wait",
        help="Seconds to wait for an archive that another process holds.",
        metavar="SECONDS",
        min=0.0,
        max=float(10**9),
        rich_help_panel="Archive",
    ),
]
KeepText = Annotated[
    bool | None,
    typer.Option(
        "--keep-text/--no-keep-text",
        help="Whether a new archive keeps the articles' texts (it does).",
        rich_help_panel="Archive",
        show_default=False,
    ),
]


class LogFormat(StrEnum):
    """How messages are written to stderr."""

    TEXT = "text"
    JSON = "json"


LogAs = Annotated[
    LogFormat,
    output("--log-format", "Messages on stderr as text, or as one JSON object a line, without progress."),
]
