"""Microsoft Teams as a place where the team works."""
