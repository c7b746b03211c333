"""What the pages of the review show, and what their buttons ask of the services."""
