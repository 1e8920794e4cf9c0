"""From a customer's text to closed facts. The text stays here; what comes out are facts, and where each comes from."""
