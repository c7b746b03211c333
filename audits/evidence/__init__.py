"""The scanned sheets of a batch: which belong to a card, where they rest, how they are shown."""
