"""The surge rehearsal: a crowd of thousands that is not real, and everything else real, on this machine alone.

The practice WhatsApp and its customers live in one process, the Firebreak that answers them in another, each with a
home, a store and ports of its own; what is counted is what really arrived at the customers.
"""
