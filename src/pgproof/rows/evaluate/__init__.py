"""Expressions computed for a row as the server would, in SQL's three-valued logic."""
