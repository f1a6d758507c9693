"""What AWS's public models say of the parameters of a call."""
