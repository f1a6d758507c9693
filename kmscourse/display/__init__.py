"""What a cell shows: cards in static HTML and drawings in SVG, each with the same in words as its ``repr``.

card.py            what cards are made of; table.py, layout.py and moment.py are how they write
key.py             KeyCard(kms, key_id)
encrypted_table.py TableCard(dynamodb, name)
user.py            UserCard(iam, user_name)
policy.py          PolicyCard(policy)
trail.py           TrailCard(events)
access.py          AccessCard: who may use a key, and by what; access_map.py draws it
grants.py          GrantsCard(grants): to whom each gives what
decision.py        DecisionCard(decision, ways_in, said); steps.py draws the way that the request takes
refusal.py         RefusalCard(text): AWS's sentence with each part labelled
envelope.py        EnvelopeCard(envelope); flip.py changes a bit of it and sees who notices
blob.py            BlobCard(blob): a ciphertext blob of KMS dissected; der.py reads its DER
report.py          ReportCard: what the checks found
question.py        QuestionCard, AnswerCard: what is asked, and what is right
certificate.py     CertificateCard: what was done, and when
architecture.py    the architecture of the account, in words; growth.py knows what of it is new, diagram.py draws it
blocks.py          Blocks: bytes as squares
picture.py, svg.py what drawings are made of
"""

from __future__ import annotations

from kmscourse.display.access import AccessCard
from kmscourse.display.access_map import AccessMap
from kmscourse.display.architecture import Architecture
from kmscourse.display.blob import BlobCard
from kmscourse.display.blocks import PICTURE, Blocks
from kmscourse.display.decision import DecisionCard
from kmscourse.display.diagram import Diagram
from kmscourse.display.encrypted_table import TableCard
from kmscourse.display.envelope import EnvelopeCard
from kmscourse.display.flip import FlipCard
from kmscourse.display.grants import GrantsCard
from kmscourse.display.growth import architecture_before
from kmscourse.display.key import KeyCard
from kmscourse.display.policy import PolicyCard
from kmscourse.display.refusal import RefusalCard
from kmscourse.display.report import ReportCard
from kmscourse.display.trail import TrailCard
from kmscourse.display.user import UserCard

__all__ = [
    "PICTURE",
    "AccessCard",
    "AccessMap",
    "Architecture",
    "BlobCard",
    "Blocks",
    "DecisionCard",
    "Diagram",
    "EnvelopeCard",
    "FlipCard",
    "GrantsCard",
    "KeyCard",
    "PolicyCard",
    "RefusalCard",
    "ReportCard",
    "TableCard",
    "TrailCard",
    "UserCard",
    "architecture_before",
]
