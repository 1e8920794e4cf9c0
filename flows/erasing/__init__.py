"""Erasing: the ledger, the keys, the rows, and what a restored backup would bring back."""
