"""Dates as they are written in Brazil, also in lists."""
