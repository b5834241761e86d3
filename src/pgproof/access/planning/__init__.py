"""Which attempts are made for every actor and relation, and in which order."""
