"""The second voice: a statistical reading of texts, for what no word list foresaw. `examples/` is what it learned from,
`model.json.gz` what it learned, and `python -m rules.voice.learning` makes the one from the other."""
