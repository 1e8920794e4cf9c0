"""Orders of customers, from wherever a business keeps them: a file, or an address that is asked."""
