"""What is acted upon, what a statement on it may reach beside it, and the privileges that roles hold on it."""
