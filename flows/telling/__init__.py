"""Telling people what happened and what is waited for: stories, lists, and the words for them."""
