"""Kills of the whole program at random moments, and the count of what was lost, doubled or left behind."""
