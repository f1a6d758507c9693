"""AWS's wire formats: a request read into a ``Call``, an answer or a refusal written as its sender reads it.

No other stage knows what JSON, a query form, XML or CBOR looks like. ``sender.py`` says which of them a request's
sender speaks, also where the request is for a service that the practice account has not got.

Source: the Smithy specification, "AWS JSON 1.0/1.1", "AWS Query", "AWS EC2 Query", "AWS REST XML", "AWS REST JSON"
and "Smithy RPC v2 CBOR" protocols (smithy.io/2.0/aws/protocols, smithy.io/2.0/additional-specs/protocols).
"""

from kmscourse.sandbox.protocol.answers import write
from kmscourse.sandbox.protocol.reading import new_request_id, read
from kmscourse.sandbox.protocol.refusals import write_error

__all__ = ["new_request_id", "read", "write", "write_error"]
