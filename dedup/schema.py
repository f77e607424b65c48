"""The schema of an archive as one SQL text, and the migrations from one version of it to the next."""

from __future__ import annotations

VERSION = 3
"""Rises with every change to `SCHEMA`; a file of a newer version is refused, one of an older is migrated.

1: the first.
2: bylines of articles.
3: tables of reports in pieces.
"""

MIGRATIONS: dict[int, str] = {
    1: """
ALTER TABLE articles ADD COLUMN byline VARCHAR;
COMMENT ON COLUMN articles.byline IS 'who wrote it, and perhaps for which agency'
""",
    2: """
ALTER TABLE reports ADD COLUMN part INTEGER DEFAULT 0;
ALTER TABLE reports ALTER COLUMN part SET NOT NULL;
ALTER TABLE reports ALTER COLUMN part DROP DEFAULT;
COMMENT ON COLUMN reports.part IS 'number of the piece, from 0';
COMMENT ON COLUMN reports.body IS
    'a piece of Parquet without the texts, which are read from the archive, or JSON'
""",
}
"""By the version that it starts from: the SQL that makes a file one version newer."""

SCHEMA = """
CREATE TABLE meta (
    name VARCHAR NOT NULL,  -- tool, schema_version, settings, fold_table, keep_text, key, created
    value VARCHAR NOT NULL  -- as text; settings are JSON
);
CREATE TABLE runs (
    run INTEGER NOT NULL,            -- number of the run, from 1
    run_id VARCHAR NOT NULL,         -- its name
    feed VARCHAR NOT NULL,           -- hash of the ids and texts it was given; '' once some are removed
    as_of TIMESTAMPTZ NOT NULL,      -- the moment it was for
    window_from TIMESTAMPTZ,         -- articles older than this took no part; null: all took part
    articles_new INTEGER NOT NULL,   -- articles that it added
    articles_known INTEGER NOT NULL, -- articles of its feed that were archived already
    changes INTEGER NOT NULL         -- articles told before whose cluster, lead, origin or relation it moved
);
CREATE TABLE articles (
    article UINTEGER NOT NULL,   -- number of the article, from 0; what other tables mean by article
    id VARCHAR NOT NULL,         -- id; (id, version) names an article
    version VARCHAR,             -- version, told apart from others of the id where they were given none
    given_version VARCHAR,       -- version as the feed gave it
    title VARCHAR,               -- headline
    source VARCHAR,              -- outlet or agency
    published TIMESTAMPTZ,       -- time of publication
    url VARCHAR,                 -- address
    prior_ids VARCHAR[],         -- ids of items that it replaces
    byline VARCHAR,              -- who wrote it, and perhaps for which agency
    status VARCHAR,              -- canceled or withheld; null: usable
    embargoed TIMESTAMPTZ,       -- not to be told before; null: no embargo
    digest BLOB,                 -- BLAKE2b of the text, 16 bytes; null for a killed one
    node UINTEGER,               -- its node; null for a killed one
    run INTEGER NOT NULL,        -- the run that added it
    added TIMESTAMPTZ NOT NULL,  -- the moment that run was for: stands for an absent time of publication
    state VARCHAR NOT NULL       -- live; past: before the window; embargoed; killed
);
CREATE TABLE texts (
    article UINTEGER NOT NULL, -- the article
    text VARCHAR NOT NULL      -- its text; nothing here with keep_text off
);
CREATE TABLE outlines (           -- what stands for texts with keep_text off
    article UINTEGER NOT NULL,    -- the article
    tokens BLOB NOT NULL,         -- its token hashes in order, uint32, under the archive's key
    outline VARCHAR NOT NULL,     -- its text, each letter replaced by X, x, 0 or one that stands alone
    credit VARCHAR,               -- agency that it credits
    addresses VARCHAR[] NOT NULL  -- hashes of the addresses that it links to, under the archive's key
);
CREATE TABLE nodes (               -- distinct token sequences: what articles are searched and judged as
    node UINTEGER NOT NULL,        -- number of the node, from 0
    hash UBIGINT NOT NULL,         -- of all its tokens
    tokens INTEGER NOT NULL,       -- how many it has
    answered INTEGER NOT NULL,     -- how many of these its fingerprints answer for, boilerplate set aside
    signature BLOB NOT NULL,       -- the last byte of each row of its signature
    component UINTEGER NOT NULL    -- nodes that are judged together: a related node, the same for all of them
);
CREATE TABLE fingerprints (        -- of nodes with a live article
    fingerprint UINTEGER NOT NULL, -- winnowed hash
    node UINTEGER NOT NULL         -- a node that has it
);
CREATE TABLE band_keys (           -- of nodes with a live article
    band_key UBIGINT NOT NULL,     -- number of the LSH band << 32 | key
    node UINTEGER NOT NULL         -- a node that has it
);
CREATE TABLE long_lists (          -- fingerprints of more nodes than a list links to each other
    fingerprint UINTEGER NOT NULL, -- winnowed hash
    nodes UINTEGER NOT NULL,       -- how many nodes have it
    hubs UINTEGER[] NOT NULL       -- the shortest of these, which are linked to all
);
CREATE TABLE members (               -- articles in clusters, as last judged
    cluster_id VARCHAR NOT NULL,     -- name of the cluster
    article UINTEGER NOT NULL,       -- the article
    lead UINTEGER NOT NULL,          -- the article that it is held to
    origin UINTEGER NOT NULL,        -- the member that had the story first
    origin_basis VARCHAR NOT NULL,   -- what decided that: link, credit, time, coverage or id
    relation VARCHAR,                -- to the lead; null for the lead itself
    similarity DOUBLE NOT NULL,      -- Jaccard with the lead
    in_lead DOUBLE NOT NULL,         -- containment in the lead
    of_lead DOUBLE NOT NULL,         -- containment of the lead in it
    credit VARCHAR                   -- agency that it credits
);
CREATE TABLE cluster_ids (
    cluster_id VARCHAR NOT NULL, -- every name that a cluster ever had: each is used once
    run INTEGER NOT NULL         -- the run that first used it
);
CREATE TABLE boilerplate (    -- what has been learnt
    gram UINTEGER NOT NULL,   -- hash of 8 tokens of it
    block UINTEGER NOT NULL,  -- number of the block that these are of
    run INTEGER NOT NULL      -- the run that learnt it
);
CREATE TABLE reports (
    run INTEGER NOT NULL,    -- the run
    name VARCHAR NOT NULL,   -- name of the table of its report, or run.json
    body BLOB NOT NULL,      -- a piece of Parquet without the texts, which are read from the archive, or JSON
    part INTEGER NOT NULL    -- number of the piece, from 0
);
"""
