"""The command line: one file per command or small family. What is slow to import is imported inside a command."""
