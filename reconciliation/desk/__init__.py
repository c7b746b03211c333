"""The desk: people decide, one after the other, the lines that no run could book."""
