"""How a run moves: where it stands, one step at work, taking in what happened, and waves of them."""
