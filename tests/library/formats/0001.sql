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

-- One video, as kinolex wrote it in format 1.
INSERT INTO library VALUES (1, 'a1b2c3d4e5f60718', '2025-01-01T00:00:00+00:00', 7, '0011223344556677');
INSERT INTO memory VALUES ('channels', '["picture", "speech"]');
INSERT INTO roots VALUES ('r1', '/nowhere/films', '../films', 1);
INSERT INTO videos VALUES (1, '00000001cccccccccccccccccccccccc', 1234, 2.5, 'The first film', 1, 1000,
    640, 360, 25.0, '2024-05-01T12:00:00+02:00', 'en', '{"camera":"old"}', '{}');
INSERT INTO paths VALUES ('r1', 'films/first.mp4', 1234, 5, '00000001cccccccccccccccccccccccc', 0, '');
INSERT INTO channels VALUES (1, 'picture', 'picture:toy@1:44136fa3', 'toy', '1', '{}', 'done', 2, 2,
    '2025-01-01T00:00:00+00:00');
INSERT INTO channels VALUES (1, 'speech', 'speech:ear@1:44136fa3', 'ear', '1', '{}', 'done', 1, 0,
    '2025-01-01T00:00:00+00:00');
INSERT INTO shots VALUES (1, 'picture', 0, 2500);
INSERT INTO blocks VALUES (1, 1, 'picture', 'frames', 'toy@1', 2, 2, 5, '8899aabbccddeeff',
    x'0000000000000000E803000000000000', x'003C00000000003C');
INSERT INTO blocks VALUES (2, 1, 'speech', 'passages', 'mini@1', 2, 1, 6, '8899aabbccddee00',
    NULL, x'003C0000');
INSERT INTO still_blocks VALUES (3, 1, 'picture', x'6F6E6574776F');
INSERT INTO stills VALUES (1, 0, 'picture', 3, 0, 3);
INSERT INTO stills VALUES (1, 1000, 'picture', 3, 3, 3);
INSERT INTO passages VALUES (5, 1, 'speech', 'speech', 0.5, 1.75, 'Deja vu, again!', 'deja vu again', 'en',
    0.875, '[0.0, 0.5, 1.0, 0.25]', '[[500,800,"Deja"],[800,1000,"vu,"],[1000,1750,"again!"]]');
INSERT INTO failures VALUES ('r1', 'films/bad.mp4', 'probe', 'ff', '', 'empty', 'It is empty.', 2,
    '2025-01-01T00:00:00+00:00');
