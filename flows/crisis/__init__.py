"""Crises: what belongs to one incident, what is said about it, and what the team sees of it."""
