"""Chats that were exported from WhatsApp ("Export chat"): what teams without the API have in place of webhooks.

`files` opens the .txt or the .zip around it, `lines` finds where each message begins, `dates` tells how its day is
written, `content` what it is, `reading` puts these together, `people` says who in it is us, and `storing` keeps it.
"""
