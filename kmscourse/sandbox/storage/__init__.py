"""How an account is kept: its file, what a call has changed, how a thing is written down."""
