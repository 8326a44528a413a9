"""Parley's store in one SQLite file."""
