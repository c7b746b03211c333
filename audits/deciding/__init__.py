"""What people decide about cards, one module per act."""
