"""All rows that there will be, none of them stored: parents, turns, clocks and the makers of columns."""
