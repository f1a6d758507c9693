"""kmscourse: AWS Key Management Service by doing."""
