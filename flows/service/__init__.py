"""One process tree: Prefect's server as a child, the web app, the responder, the schedules, the practice WhatsApp."""
