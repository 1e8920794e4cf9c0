"""Seeing the content: a picture of a procedure, and the card for the wall. Nothing here acts."""
