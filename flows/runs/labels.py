"""Labels that change how later steps behave."""

PRIVACY_SENSITIVE = "privacy_sensitive"
"""The label of a customer who minds what is written down about them, on the customer or on any of their cases."""
