"""The right to see: everything that we hold about one customer, as a file that they can read and take along."""
