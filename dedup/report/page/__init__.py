"""The HTML report: a result folder into pages that show the words."""

from dedup.report.page.writing import write_report

__all__ = ["write_report"]
