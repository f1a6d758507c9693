"""The Resource Groups Tagging API: what in the account has tags, whichever service keeps it."""
