-- Replies of commands hold words of conversations, so they must be known by their age: `written_at` is when the content was last put
-- there, and stays when the content is erased. It is empty until the transaction that writes a content ends, and on posts of answers.
-- Turns lose a time that nothing ever read.

ALTER TABLE posts ADD COLUMN written_at INTEGER;

UPDATE posts SET written_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000 WHERE content IS NOT NULL;

CREATE INDEX posts_undated ON posts (id) WHERE content IS NOT NULL AND written_at IS NULL;
CREATE INDEX posts_by_age ON posts (written_at) WHERE written_at IS NOT NULL;

ALTER TABLE turns DROP COLUMN not_before;
