"""What clients see of this app below /v1: thin views over the services."""
