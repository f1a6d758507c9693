"""Tools for those who change the course."""
