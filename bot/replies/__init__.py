"""How something is said: texts, splitting, and bringing posts in line with what they should show."""
