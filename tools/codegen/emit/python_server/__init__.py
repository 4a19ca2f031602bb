"""The Python server: one module for each API, the models, the replies, the security, the application."""
