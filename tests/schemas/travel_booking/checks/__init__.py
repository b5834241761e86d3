"""What travel_booking promises, as plain functions that raise when a database breaks the promise.

The tests of the schema call them on a good database, `test_mistakes` on databases that make a mistake.
"""
