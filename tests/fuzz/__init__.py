"""Millions of nasty inputs for whatever reads or writes other people's data, each made from a seed; see __main__.py."""
