"""What was typed into what the library takes; what it cannot be is wrong usage."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import typer

from dedup.cli import options

if TYPE_CHECKING:
    from dedup.articles import FieldNames
    from dedup.feeds import FeedOptions
    from dedup.settings import Settings


def said(**options: Any) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def reading(names: dict[str, Any], tz: str, html: options.Html, encoding: str | None) -> FeedOptions:
    """How the feed is read; `names` of fields, where they were said."""
    from dedup.feeds import FeedOptions

    try:
        return FeedOptions(fields=cast("FieldNames", names), tz=tz, html=html.value, encoding=encoding)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def moment(text: str | None, tz: str) -> datetime | None:
    """The time of `--as-of`, where it was said."""
    return None if text is None else time(text, tz, "--as-of")


def time(text: str, tz: str, name: str) -> datetime:
    """The time that the option or argument `name` says; without a zone it is of `tz`."""
    from dedup.feeds.contract import zone

    try:
        named = zone(tz)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    try:
        said = datetime.fromisoformat(text)
        return (said.replace(tzinfo=named) if said.tzinfo is None else said).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(
            f"{name} must be a time in ISO 8601, such as 2026-01-20T12:00Z, got {text!r}"
        ) from error


_SPANS = {"h": "hours", "d": "days", "w": "weeks"}


def span(text: str, until: datetime) -> timedelta | None:
    """The time of `--window`, back from `until`: `30d`, `12h`, `2w`; None for `all`."""
    if text == "all":
        return None
    number, unit = text[:-1], text[-1:]
    if not number.isdecimal() or unit not in _SPANS or not int(number):
        raise typer.BadParameter(
            f"--window must be a number with h, d or w, such as 30d, or all; got {text!r}"
        )
    try:
        back = timedelta(**{_SPANS[unit]: int(number)})
        until - back  # before the year 1 there is no time
    except OverflowError as error:
        raise typer.BadParameter(
            f"--window must not reach back before the year 1, got {text!r}; all has no end"
        ) from error
    return back


def settings(path: str | None, flags: dict[str, Any]) -> Settings:
    """The settings of a file, then those of the command line."""
    from dedup.settings import Settings

    said = Settings() if path is None else _settings_in(path)
    try:
        return replace(said, **flags)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _settings_in(path: str) -> Settings:
    import tomllib

    from dedup.errors import SettingsError
    from dedup.settings import Settings

    try:
        said = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        known = [field.name for field in fields(Settings)]
        if unknown := sorted(set(said) - set(known)):
            raise ValueError(f"no such setting: {', '.join(unknown)}; there are {', '.join(known)}")
        return Settings(**said)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; name a TOML file that can be read") from error
    except ValueError as error:
        raise SettingsError(f"{path}: {error}") from error
