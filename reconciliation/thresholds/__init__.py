"""From how many points on a run books by itself or proposes, and what each choice brings."""
