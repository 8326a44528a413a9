"""What adapters have in common: calls under way, and pauses between tries. Knows no platform."""
