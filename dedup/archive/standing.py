"""What an archive holds as of now: all clusters, and the figures of the whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from dedup.columns import schema
from dedup.settings import Settings
from dedup.store import Store


def clusters_now(store: Store) -> pa.Table:
    """All clusters as of now, as the table `clusters`."""
    found = store.rows(
        "SELECT m.cluster_id, a.id AS article_id, a.version, count(*) OVER (PARTITION BY m.cluster_id) "
        "AS cluster_size, m.article = m.lead AS is_lead, m.article = m.origin AS is_origin, m.relation, "
        "m.similarity, m.in_lead, m.of_lead, l.id AS lead_id, o.id AS origin_id, m.origin_basis, m.credit, "
        "a.source, a.published, a.title, a.url FROM members m JOIN articles a USING (article) "
        "JOIN articles l ON l.article = m.lead JOIN articles o ON o.article = m.origin "
        "ORDER BY m.cluster_id, is_lead DESC, a.id, a.version NULLS FIRST"
    )
    return found.select(schema("clusters").names).cast(schema("clusters"))


def info(store: Store, settings: Settings, *, keep_text: bool) -> dict[str, Any]:
    """What is in an archive, as plain values."""
    states = store.rows("SELECT state, count(*) AS n FROM articles GROUP BY state ORDER BY state")
    runs = store.rows("SELECT * EXCLUDE (feed) FROM runs ORDER BY run DESC LIMIT 1").to_pylist()
    meta = store.meta
    size = store.size()
    return {
        "path": str(store.path),
        "schema_version": int(meta["schema_version"]),
        "created": meta["created"],
        "fold_table": meta["fold_table"],
        "keep_text": keep_text,
        "settings": settings.as_dict(),
        "runs": store.one("SELECT count(*) FROM runs"),
        "latest_run": {name: _plain(value) for name, value in runs[0].items()} if runs else None,
        "articles": dict(zip(states["state"].to_pylist(), states["n"].to_pylist(), strict=True)),
        "clusters": store.one("SELECT count(DISTINCT cluster_id) FROM members"),
        "articles_in_clusters": store.one("SELECT count(*) FROM members"),
        "boilerplate_blocks": store.one("SELECT count(DISTINCT block) FROM boilerplate"),
        "bytes": size.bytes,
        "bytes_compaction_saves": size.free,
    }


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
