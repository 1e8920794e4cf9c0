"""The web app: where WhatsApp delivers, and where one can see what is up."""
