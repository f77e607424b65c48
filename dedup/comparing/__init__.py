"""Articles by their names, or in memory, into a `Comparison`."""

from dedup.comparing.choice import Chosen
from dedup.comparing.face import compare
from dedup.comparing.files import in_files
from dedup.comparing.kept import in_place
from dedup.comparing.pair import compare_articles

__all__ = ["Chosen", "compare", "compare_articles", "in_files", "in_place"]
