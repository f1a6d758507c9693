"""AWS KMS: keys, their material, what is encrypted under them, grants and aliases."""
