"""The desk for programs: the same services as its screen."""
