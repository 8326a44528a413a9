-- How rows are read: the columns in the order of the dataclasses, with places written out. Made anew for each connection, so that
-- they belong to the code and not to the file.

CREATE TEMP VIEW session_rows AS
SELECT s.id, s.user_id, s.title, s.started_at, s.title_source, s.persona, s.model, s.leaf, s.ended_at, s.deleted_at,
       p.platform, p.chat_id, p.thread_id, p.kind, s.titled_by, s.newest
FROM sessions s JOIN places p ON p.id = s.place_id;

CREATE TEMP VIEW message_rows AS
SELECT m.id, m.session_id, m.parent_id, m.number, m.role, m.text, m.status, m.created_at, m.first_version, m.revises, m.host, m.shows,
       m.last_leaf, m.author, m.quoted, m.user_id, m.model, m.finish, m.prompt_tokens, m.completion_tokens, m.tokens_estimated,
       m.source_message, p.platform, p.chat_id, p.thread_id, p.kind
FROM messages m LEFT JOIN places p ON p.id = m.source_place;

CREATE TEMP VIEW turn_rows AS
SELECT t.id, t.session_id, t.user_id, t.prompt_id, t.reply_id, t.received_at, t.status, t.attempts, t.error,
       p.platform, p.chat_id, p.thread_id, p.kind,
       t.reply_to_message, r.platform AS to_platform, r.chat_id AS to_chat_id, r.thread_id AS to_thread_id, r.kind AS to_kind
FROM turns t JOIN places p ON p.id = t.place_id LEFT JOIN places r ON r.id = t.reply_to_place;

CREATE TEMP VIEW post_rows AS
SELECT o.id, o.reply_id, o.ordinal, o.state, o.key, o.content, o.file, o.not_before,
       p.platform, p.chat_id, p.thread_id, p.kind,
       o.ref_message, f.platform AS ref_platform, f.chat_id AS ref_chat_id, f.thread_id AS ref_thread_id, f.kind AS ref_kind,
       o.reply_to_message, r.platform AS to_platform, r.chat_id AS to_chat_id, r.thread_id AS to_thread_id, r.kind AS to_kind, o.user_id
FROM posts o
JOIN places p ON p.id = o.place_id
LEFT JOIN places f ON f.id = o.ref_place
LEFT JOIN places r ON r.id = o.reply_to_place;

CREATE TEMP VIEW ask_rows AS
SELECT a.id, a.user_id, a.command, a.reply_id, a.expires_at, p.platform, p.chat_id, p.thread_id, p.kind, a.place_id
FROM asks a JOIN places p ON p.id = a.place_id;
