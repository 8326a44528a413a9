"""The life of a session: events come in, decisions are stored, workers answer."""
