"""What leaves: letters put into the outbox, and the courier who takes them to a channel."""
