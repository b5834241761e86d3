"""CHECKs solved: what they leave to the columns of a table, and rows that keep to it."""
