"""The conversation core: it knows no platform and no database."""
