"""Tables of a real database, or files, filled as planned: everything or nothing."""
