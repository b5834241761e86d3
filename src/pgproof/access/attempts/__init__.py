"""What is tried: statements in, outcomes out."""
