"""A month of an invented company: the same bytes each time, from no clock and no network."""
