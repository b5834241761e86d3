"""One model of a valid row, for seeding, for Hypothesis strategies and for the probes of the access suite."""
