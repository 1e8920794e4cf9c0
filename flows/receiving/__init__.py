"""Receiving: from the bytes of a webhook to rows in the store."""
