"""Rules of an organization: read, bounded, applied to what the engine found, simulated."""
