-- Version 1. docs/kept.md explains every column.

CREATE TABLE saved (
    num INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    question TEXT NOT NULL,
    created TEXT NOT NULL,
    owner TEXT NOT NULL,
    UNIQUE (owner, folded)
);

CREATE TABLE seen (
    saved INTEGER NOT NULL REFERENCES saved (num) ON DELETE CASCADE,
    video TEXT NOT NULL,
    PRIMARY KEY (saved, video)
) WITHOUT ROWID;

CREATE TABLE collections (
    num INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    created TEXT NOT NULL,
    changed TEXT NOT NULL,
    owner TEXT NOT NULL,
    UNIQUE (owner, folded)
);

CREATE TABLE items (
    num INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    collection INTEGER NOT NULL REFERENCES collections (num) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    video TEXT NOT NULL,
    start_time REAL NOT NULL,
    end_time REAL NOT NULL,
    note TEXT NOT NULL,
    added TEXT NOT NULL,
    CHECK (0 <= start_time AND start_time < end_time)
);
CREATE INDEX items_by_collection ON items (collection, place);

-- start_time and end_time are null together: then the whole video is tagged.
CREATE TABLE tags (
    num INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    video TEXT NOT NULL,
    start_time REAL,
    end_time REAL,
    added TEXT NOT NULL,
    owner TEXT NOT NULL,
    CHECK ((start_time IS NULL) = (end_time IS NULL))
);
CREATE INDEX tags_by_video ON tags (video);
CREATE INDEX tags_by_name ON tags (folded, video);

CREATE TABLE corrections (
    num INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    video TEXT NOT NULL,
    source TEXT NOT NULL,
    start_time REAL NOT NULL,
    end_time REAL NOT NULL,
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    words TEXT NOT NULL,
    at TEXT NOT NULL,
    owner TEXT NOT NULL,
    UNIQUE (video, source, start_time, end_time, old)
);
