"""The body of a page into a whole HTML document: style and script inside it, and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dedup.report.page import shown
from dedup.report.terminal import count

_FILTERS = {
    "shown": shown.shown,
    "line": shown.one_line,
    "address": shown.address,
    "count": count,
    "percent": shown.percent,
    "moment": shown.moment,
    "lag": shown.lag,
    "short_lag": shown.short_lag,
    "short_span": shown.short_span,
    "span": shown.span,
}


@cache
def environment() -> Environment:
    """The templates: escaping always, and a name that is not there is an error."""
    made = Environment(
        loader=PackageLoader("dedup.report.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    made.filters.update(_FILTERS)
    return made


def document(title: str, body: Markup) -> str:
    """A page that works from a file: `title` is any text, `body` is markup of our templates."""
    style, script = _part("style.css"), _part("script.js")
    # One style and one script may run, each known by its hash: whatever a feed slips in stays text.
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    template = environment().get_template("document.html.j2")
    return template.render(title=title, body=body, policy=policy, style=Markup(style), script=Markup(script))


@cache
def _part(name: str) -> str:
    return (resources.files("dedup.report.page") / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
