"""Django's PostgreSQL backend with one addition: each transaction knows who is looking."""
