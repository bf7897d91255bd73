-- What was done through a served library. Rows are added, never changed; only the oldest go.
CREATE TABLE entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at REAL NOT NULL,                -- seconds since 1970
  person TEXT NOT NULL,
  action TEXT NOT NULL,
  what TEXT NOT NULL,
  outcome TEXT NOT NULL,
  address TEXT NOT NULL
);

CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
BEGIN
  SELECT RAISE(ABORT, 'entries of the audit log are never changed');
END;

CREATE TRIGGER entries_last BEFORE DELETE ON entries
WHEN old.id > (SELECT max(id) FROM entries) - 100000
BEGIN
  SELECT RAISE(ABORT, 'the last 100000 entries of the audit log are never deleted');
END;
