-- What a reader that is limited to some roots keeps beside the library, in its own temporary
-- database: who is allowed what (`allowed`, `seen`), and how a video that also lies elsewhere would
-- have been stored without these other places (the rest). kinolex/library/limited.py fills it.

CREATE TEMP TABLE allowed (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE seen (num INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TEMP TABLE remembered (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE shown (generation INTEGER NOT NULL);

CREATE TEMP TABLE own_titles (num INTEGER PRIMARY KEY, title TEXT NOT NULL);
CREATE TEMP TABLE own_blocks (
    num INTEGER PRIMARY KEY, rows INTEGER NOT NULL, token TEXT NOT NULL, vectors BLOB NOT NULL
);
CREATE TEMP TABLE own_failures AS SELECT * FROM main.failures LIMIT 0;
CREATE TEMP TABLE unseen_passages (
    id INTEGER PRIMARY KEY, video INTEGER NOT NULL, channel TEXT NOT NULL
);
CREATE INDEX temp.unseen_passages_by_video ON unseen_passages (video, channel);
CREATE TEMP TABLE unseen_blocks (num INTEGER PRIMARY KEY);
CREATE TEMP TABLE unseen_channels (
    video INTEGER NOT NULL, channel TEXT NOT NULL, PRIMARY KEY (video, channel)
) WITHOUT ROWID;

CREATE TEMP TABLE words_gone (id INTEGER PRIMARY KEY);
CREATE TEMP TABLE words_new (id INTEGER PRIMARY KEY, folded TEXT NOT NULL);

-- The unary plus makes a condition a mere check: it never chooses which index is walked.

CREATE TEMP VIEW library AS
    SELECT t.one, t.id, t.created, (SELECT generation FROM temp.shown) AS generation, t.token
    FROM main.library t;
CREATE TEMP VIEW memory AS SELECT key, value FROM temp.remembered;
CREATE TEMP VIEW roots AS
    SELECT t.* FROM main.roots t WHERE t.id IN (SELECT id FROM temp.allowed);
CREATE TEMP VIEW paths AS
    SELECT t.* FROM main.paths t WHERE +t.root IN (SELECT id FROM temp.allowed);
CREATE TEMP VIEW failures AS
    SELECT t.* FROM main.failures t WHERE +t.root IN (SELECT id FROM temp.allowed)
    UNION ALL SELECT * FROM temp.own_failures
    ORDER BY root, relative, stage;
CREATE TEMP VIEW videos AS
    SELECT t.num, t.id, t.size, t.duration,
        coalesce((SELECT o.title FROM temp.own_titles o WHERE o.num = t.num), t.title) AS title,
        t.base_num, t.base_den, t.width, t.height, t.fps, t.recorded, t.language, t.metadata, t.info
    FROM main.videos t WHERE +t.num IN (SELECT num FROM temp.seen);
CREATE TEMP VIEW channels AS
    SELECT t.video, t.channel, t.key, t.encoder, t.version, t.settings, t.state,
        t.items - (
            SELECT count(*) FROM temp.unseen_passages u
            WHERE u.video = t.video AND u.channel = t.channel
        ) AS items,
        t.stills, t.at
    FROM main.channels t WHERE +t.video IN (SELECT num FROM temp.seen)
        AND NOT EXISTS (
            SELECT 1 FROM temp.unseen_channels u WHERE u.video = t.video AND u.channel = t.channel
        );
CREATE TEMP VIEW shots AS
    SELECT t.* FROM main.shots t WHERE +t.video IN (SELECT num FROM temp.seen);
CREATE TEMP VIEW blocks AS
    SELECT t.num, t.video, t.channel, t.kind, t.space, t.dimensions,
        coalesce((SELECT o.rows FROM temp.own_blocks o WHERE o.num = t.num), t.rows) AS rows,
        t.generation,
        coalesce((SELECT o.token FROM temp.own_blocks o WHERE o.num = t.num), t.token) AS token,
        t.pts,
        coalesce((SELECT o.vectors FROM temp.own_blocks o WHERE o.num = t.num), t.vectors)
            AS vectors
    FROM main.blocks t WHERE +t.video IN (SELECT num FROM temp.seen)
        AND t.num NOT IN (SELECT num FROM temp.unseen_blocks);
CREATE TEMP VIEW still_blocks AS
    SELECT t.* FROM main.still_blocks t WHERE +t.video IN (SELECT num FROM temp.seen);
CREATE TEMP VIEW stills AS
    SELECT t.* FROM main.stills t WHERE +t.video IN (SELECT num FROM temp.seen);
CREATE TEMP VIEW passages AS
    SELECT t.* FROM main.passages t WHERE +t.video IN (SELECT num FROM temp.seen)
        AND t.id NOT IN (SELECT id FROM temp.unseen_passages);
