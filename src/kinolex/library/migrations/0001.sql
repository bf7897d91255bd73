-- Version 1. docs/library-format.md explains every column.

CREATE TABLE library (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,
    created TEXT NOT NULL,
    generation INTEGER NOT NULL,
    token TEXT NOT NULL
);

CREATE TABLE memory (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE roots (
    id TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    near TEXT NOT NULL,
    marked INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE videos (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    duration REAL NOT NULL,
    title TEXT NOT NULL,
    base_num INTEGER NOT NULL,
    base_den INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    fps REAL NOT NULL,
    recorded TEXT,
    language TEXT NOT NULL,
    metadata TEXT NOT NULL,
    info TEXT NOT NULL
);

CREATE TABLE paths (
    root TEXT NOT NULL REFERENCES roots (id) ON DELETE CASCADE,
    relative TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    video TEXT NOT NULL,
    missing INTEGER NOT NULL,
    sidecars TEXT NOT NULL,
    PRIMARY KEY (root, relative)
) WITHOUT ROWID;
CREATE INDEX paths_by_video ON paths (video);

CREATE TABLE channels (
    video INTEGER NOT NULL REFERENCES videos (num) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    key TEXT NOT NULL,
    encoder TEXT NOT NULL,
    version TEXT NOT NULL,
    settings TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('done', 'partial', 'empty')),
    items INTEGER NOT NULL,
    stills INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (video, channel)
) WITHOUT ROWID;

CREATE TABLE shots (
    video INTEGER NOT NULL REFERENCES videos (num) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    start_pts INTEGER NOT NULL,
    end_pts INTEGER NOT NULL,
    PRIMARY KEY (video, channel, start_pts)
) WITHOUT ROWID;

-- One block of vectors: float16 little endian, rows x dimensions; pts int64 little endian.
CREATE TABLE blocks (
    num INTEGER PRIMARY KEY,
    video INTEGER NOT NULL REFERENCES videos (num) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('frames', 'passages')),
    space TEXT NOT NULL,
    dimensions INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    token TEXT NOT NULL,
    pts BLOB,
    vectors BLOB NOT NULL,
    UNIQUE (video, channel, kind)
);
CREATE INDEX blocks_by_space
    ON blocks (kind, space, generation, video, channel, token, dimensions, rows);

CREATE TABLE still_blocks (
    num INTEGER PRIMARY KEY,
    video INTEGER NOT NULL REFERENCES videos (num) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    data BLOB NOT NULL
);
CREATE INDEX still_blocks_by_video ON still_blocks (video, channel);

CREATE TABLE stills (
    video INTEGER NOT NULL REFERENCES videos (num) ON DELETE CASCADE,
    pts INTEGER NOT NULL,
    channel TEXT NOT NULL,
    block INTEGER NOT NULL,
    start INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (video, pts, channel)
) WITHOUT ROWID;

CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    video INTEGER NOT NULL REFERENCES videos (num) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    source TEXT NOT NULL,
    start_time REAL NOT NULL,
    end_time REAL NOT NULL,
    text TEXT NOT NULL,
    folded TEXT NOT NULL,
    language TEXT NOT NULL,
    confidence REAL NOT NULL,
    box TEXT,
    words TEXT
);
CREATE INDEX passages_by_video ON passages (video, channel);
CREATE INDEX passages_by_source ON passages (source, video);

CREATE VIRTUAL TABLE passage_words USING fts5 (
    folded,
    content = 'passages',
    content_rowid = 'id',
    tokenize = "porter unicode61 remove_diacritics 0 categories 'L* N* M* S* Co'"
);
CREATE VIRTUAL TABLE passage_trigrams USING fts5 (
    folded,
    content = 'passages',
    content_rowid = 'id',
    tokenize = "trigram case_sensitive 1"
);
CREATE TRIGGER passages_inserted AFTER INSERT ON passages BEGIN
    INSERT INTO passage_words (rowid, folded) VALUES (new.id, new.folded);
    INSERT INTO passage_trigrams (rowid, folded) VALUES (new.id, new.folded);
END;
CREATE TRIGGER passages_deleted AFTER DELETE ON passages BEGIN
    INSERT INTO passage_words (passage_words, rowid, folded)
        VALUES ('delete', old.id, old.folded);
    INSERT INTO passage_trigrams (passage_trigrams, rowid, folded)
        VALUES ('delete', old.id, old.folded);
END;
CREATE TRIGGER passages_folded AFTER UPDATE OF folded ON passages BEGIN
    INSERT INTO passage_words (passage_words, rowid, folded)
        VALUES ('delete', old.id, old.folded);
    INSERT INTO passage_trigrams (passage_trigrams, rowid, folded)
        VALUES ('delete', old.id, old.folded);
    INSERT INTO passage_words (rowid, folded) VALUES (new.id, new.folded);
    INSERT INTO passage_trigrams (rowid, folded) VALUES (new.id, new.folded);
END;

CREATE TABLE failures (
    root TEXT NOT NULL REFERENCES roots (id) ON DELETE CASCADE,
    relative TEXT NOT NULL,
    stage TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    video TEXT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    tries INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (root, relative, stage)
) WITHOUT ROWID;
CREATE INDEX failures_by_fingerprint ON failures (fingerprint);
