"""Columns of values by the block: drawn, made believable, and written as the bytes that COPY reads."""
