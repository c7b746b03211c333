"""Pages of the matching engine's work."""
