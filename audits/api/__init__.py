"""The review over HTTP: what clients send, what they are answered."""
