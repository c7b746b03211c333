"""What a month lacks or has twice, as lists of rows, and the request that asks for it."""
