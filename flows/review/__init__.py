"""The review of all conversations each quarter: what may go, what is a risk in what stays, and what the team learns."""
