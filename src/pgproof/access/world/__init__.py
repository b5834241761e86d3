"""What there is before anybody acts, and what the contract allows on it."""
