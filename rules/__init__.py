"""Deciding: facts, conditions, rules and their explanations. Pure: no network, database, clock or Prefect."""
