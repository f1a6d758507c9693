"""HTTP/1.1 on loopback: tornado reads requests and writes answers; what it does not limit is limited here."""
