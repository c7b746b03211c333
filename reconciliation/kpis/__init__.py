"""What the work comes to in numbers: each one counted where the list behind it is made."""
