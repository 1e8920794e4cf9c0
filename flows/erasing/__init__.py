"""What we hold about a customer: looking at it, holding it, masking it, erasing it so that no backup brings it back, and
proving what was done."""
