"""A night of the archive as an Airflow DAG of one task; for Airflow 2 and 3."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

try:
    from airflow.sdk import dag, task
except ImportError:  # before Airflow 3
    from airflow.decorators import dag, task

WIRE = "/srv/wire"


@task(retries=3, retry_delay=timedelta(minutes=10))
def add_night(feed: str, out: str, archive: str, run_id: str, as_of: str) -> dict[str, int]:
    """Put a night's feed into the archive and write its report; tell how many articles were new and known.

    A retry is safe: a run that is in the archive changes nothing and writes the same report, and one that
    failed has left nothing behind.
    """
    import dedup  # when the task runs, not each time the scheduler reads this file

    with dedup.Archive.open(archive, wait=3600) as opened:  # waits for a task that still holds it
        found = opened.add(feed, run_id=run_id, as_of=datetime.fromisoformat(as_of))
    dedup.write(found, out)
    return {name: found.run["counts"][name] for name in ("articles_new", "articles_known")}


@dag(
    schedule="15 4 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,  # nights go in one after another
)
def wire_archive() -> None:
    """The logical date names the run, whatever the try; its moment is the end of its data interval."""
    add_night(
        feed=WIRE + "/feeds/{{ ds }}.jsonl",
        out=WIRE + "/reports/{{ ds }}",
        archive=WIRE + "/wire.dedup",
        run_id="{{ ds }}",
        as_of="{{ data_interval_end | ts }}",
    )


wire_archive()
