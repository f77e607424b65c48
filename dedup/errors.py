"""The error tree: every failure a user can mend is a `DedupError` that says what, where and the mend."""

from __future__ import annotations


class DedupError(Exception):
    """Something the user can mend: bad data, a bad folder, bad settings."""

    exit_code = 1


class FeedError(DedupError):
    """A feed could not be read at all (a single bad record is a reject, never an error)."""


class TooManyRejects(DedupError):
    """More records were rejected than `max_errors` allows."""

    exit_code = 3


class OutputError(DedupError):
    """The output folder or file cannot be written, or holds something that is not ours."""


class SettingsError(DedupError):
    """A settings file is broken or names an unknown setting."""


class TruthError(DedupError):
    """A truth to evaluate by cannot be read, says what is unknown, or names other articles."""


class EngineError(DedupError):
    """An engine cannot run here: a package or Java is missing, or Spark does not start."""


class ArchiveError(DedupError):
    """An archive is held by another process, damaged, none of ours, or of other settings."""

    exit_code = 4
