-- So that all words of a person can be erased, also where they stand in front of others: whose words a title is made of, and whose command
-- a reply answers. Of what is there already, the first speaker of a session gave the title; in a private place every reply is its person's.
-- `unclean`: words were erased whose remains may still lie between rows, until the file is written anew.

ALTER TABLE sessions ADD COLUMN titled_by INTEGER;

UPDATE sessions SET titled_by = (SELECT m.user_id FROM messages m WHERE m.session_id = sessions.id ORDER BY m.id LIMIT 1);

ALTER TABLE posts ADD COLUMN user_id INTEGER;

UPDATE posts SET user_id = (
    SELECT s.user_id FROM sessions s JOIN places p ON p.id = s.place_id
    WHERE s.place_id = posts.place_id AND p.kind = 'private' ORDER BY s.newest DESC LIMIT 1)
WHERE content IS NOT NULL;

CREATE INDEX posts_by_user ON posts (user_id) WHERE user_id IS NOT NULL;

ALTER TABLE erased ADD COLUMN unclean INTEGER NOT NULL DEFAULT 0;
