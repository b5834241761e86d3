"""What a valid row is, as frozen values, and what can be read off them without a server."""
