"""What we hold about a customer: looking at it, holding it, masking it, erasing it, and proving what was done."""
