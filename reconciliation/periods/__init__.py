"""Closing a month of a company: what is still open, the lock, and what changed afterwards."""
