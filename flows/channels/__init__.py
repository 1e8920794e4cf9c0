"""The ways out: how a letter reaches a customer, and how a notice reaches the team."""
