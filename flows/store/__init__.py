"""The store: rows in one database, the keys to what is personal in them in another."""
