"""What sleep_prediction_cache promises, as plain functions that raise when a database breaks the promise.

The schema's tests call them on a good database, `test_mistakes` on databases that make a mistake.
"""
