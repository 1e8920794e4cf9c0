"""The migrations of the keys database."""
