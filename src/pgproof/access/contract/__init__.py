"""What the team said, as frozen values read from ``access.toml``."""
