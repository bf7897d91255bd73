-- Who may ask a served library. Times are seconds since 1970; secrets are only kept as SHA-256.
CREATE TABLE people (
  key TEXT PRIMARY KEY,            -- the name without regard to case
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'admin')),
  every_root INTEGER NOT NULL CHECK (every_root IN (0, 1)),
  password TEXT NOT NULL,          -- Argon2id, encoded with its parameters and salt
  made REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE person_roots (
  person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
  root TEXT NOT NULL,              -- id of a root of library.sqlite
  PRIMARY KEY (person, root)
) WITHOUT ROWID;

CREATE TABLE sessions (
  hash BLOB PRIMARY KEY,
  person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
  made REAL NOT NULL,
  used REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_of ON sessions (person);

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  person TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
  label TEXT NOT NULL,
  role TEXT CHECK (role IN ('viewer', 'editor', 'admin')),  -- null: that of the person
  made REAL NOT NULL,
  ends REAL,                       -- null: never
  used REAL
) WITHOUT ROWID;
CREATE INDEX tokens_of ON tokens (person);

CREATE TABLE keys (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;
