"""From a catalog and settings to a plan: the model of every table, its keys, and how many rows it gets."""
