"""A stand-in for WhatsApp on this machine: it speaks the Graph API over HTTP and sends signed webhooks back.

Everything is in memory and fictitious. It exists so that the real client and the real webhook run in tests, in
demonstrations and on a laptop without an account at Meta.
"""
