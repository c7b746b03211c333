"""What a month must satisfy, checked by arithmetic alone: values in, findings out. No Django."""
