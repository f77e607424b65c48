"""The archive: tonight's articles against everything kept, in one DuckDB file."""

from dedup.archive.face import Archive

__all__ = ["Archive"]
