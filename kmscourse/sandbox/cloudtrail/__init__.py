"""CloudTrail: the events of what was done, and how they are looked up."""
