"""Acting: what carries a decision out, remembers it and shows it."""
