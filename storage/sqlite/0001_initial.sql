-- The first shape of a Parley database.
--
-- Ids of users, messages, turns, posts, replies and questions are given by the core, from one counter.
-- Times are whole microseconds since 1970 in UTC. Order is by id everywhere, since clocks go back.
-- Foreign keys stand where a deletion would otherwise leave orphans, and only on columns with an index.
-- `text` stands last in its row, so that a walk along a branch does not read the pages it flows over to.

CREATE TABLE users (
    id INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE accounts (
    platform TEXT NOT NULL,
    account_id TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    locale TEXT NOT NULL,
    PRIMARY KEY (platform, account_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX accounts_by_user ON accounts (user_id, platform);

-- Every other table names a place by this id, so that a chat that gets a new id moves by one update.
CREATE TABLE places (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner_id INTEGER REFERENCES users (id),
    reachable INTEGER NOT NULL DEFAULT 1,
    UNIQUE (platform, chat_id, thread_id)
) STRICT;

-- `newest` is the id of the newest message, or what the newest id was when the session began: the order of activity.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    place_id INTEGER NOT NULL REFERENCES places (id),
    title TEXT NOT NULL,
    title_source TEXT NOT NULL,
    persona TEXT NOT NULL,
    model TEXT NOT NULL,
    leaf INTEGER,
    newest INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    deleted_at INTEGER
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id, id);
CREATE INDEX sessions_by_activity ON sessions (user_id, newest) WHERE deleted_at IS NULL;
CREATE INDEX sessions_deleted ON sessions (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    parent_id INTEGER REFERENCES messages (id),
    number INTEGER NOT NULL,
    role TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    first_version INTEGER NOT NULL,
    revises INTEGER,
    host INTEGER,
    shows INTEGER,
    last_leaf INTEGER,
    author TEXT NOT NULL,
    source_place INTEGER,
    source_message TEXT,
    user_id INTEGER,
    model TEXT NOT NULL,
    finish TEXT NOT NULL,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    tokens_estimated INTEGER,
    quoted TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

CREATE INDEX messages_by_session ON messages (session_id);
CREATE INDEX messages_by_parent ON messages (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX messages_by_first_version ON messages (first_version) WHERE first_version <> id;
CREATE INDEX messages_by_source ON messages (source_message, source_place) WHERE source_message IS NOT NULL;

CREATE TABLE turns (
    id INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    place_id INTEGER NOT NULL REFERENCES places (id),
    user_id INTEGER NOT NULL,
    prompt_id INTEGER NOT NULL,
    reply_id INTEGER NOT NULL REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
    received_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    not_before INTEGER,
    error TEXT NOT NULL,
    reply_to_place INTEGER,
    reply_to_message TEXT
) STRICT;

CREATE INDEX turns_by_session ON turns (session_id);
CREATE INDEX turns_by_reply ON turns (reply_id);
CREATE INDEX turns_open ON turns (session_id) WHERE status IN ('pending', 'streaming');

-- `reply_id` names a message, or a command's reply, which is no message: so there is no foreign key.
CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    reply_id INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    place_id INTEGER NOT NULL REFERENCES places (id),
    state TEXT NOT NULL,
    key TEXT NOT NULL,
    ref_place INTEGER,
    ref_message TEXT,
    reply_to_place INTEGER,
    reply_to_message TEXT,
    not_before INTEGER,
    content TEXT,
    file BLOB
) STRICT;

CREATE INDEX posts_by_reply ON posts (reply_id);
CREATE INDEX posts_by_ref ON posts (ref_message, ref_place) WHERE ref_message IS NOT NULL;
CREATE INDEX posts_unfinished ON posts (reply_id) WHERE state NOT IN ('final', 'gone');

-- The inbox: one small row for every event, found by its key alone.
CREATE TABLE events (
    key TEXT PRIMARY KEY NOT NULL,
    accepted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE asks (
    id INTEGER PRIMARY KEY,
    place_id INTEGER NOT NULL REFERENCES places (id),
    user_id INTEGER NOT NULL,
    command TEXT NOT NULL,
    reply_id INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    UNIQUE (place_id, user_id)
) STRICT;

CREATE TABLE current (
    place_id INTEGER NOT NULL REFERENCES places (id),
    user_id INTEGER NOT NULL,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    PRIMARY KEY (place_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX current_by_session ON current (session_id);

CREATE TABLE cursors (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The highest id of rows that are no longer there, so that no id is ever given twice.
CREATE TABLE erased (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    highest INTEGER NOT NULL
) STRICT;

INSERT INTO erased VALUES (1, 0);
