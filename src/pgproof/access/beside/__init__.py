"""What the cells of the contract do not cover: calls, copies, sequences, sign-ups, what the catalog alone tells."""
