"""What a cell shows: cards in static HTML and drawings in SVG, each with the same in words as its ``repr``.

card.py            what cards are made of; table.py, layout.py and moment.py are how they write
key.py             KeyCard(kms, key_id)
encrypted_table.py TableCard(dynamodb, name)
user.py            UserCard(iam, user_name)
policy.py          PolicyCard(policy)
trail.py           TrailCard(events)
decision.py        DecisionCard(decision, ways_in, said); steps.py draws the way that the request takes
refusal.py         RefusalCard(text): AWS's sentence with each part labelled
envelope.py        EnvelopeCard(envelope); flip.py changes a bit of it and sees who notices
blob.py            BlobCard(blob): a ciphertext blob of KMS dissected; der.py reads its DER
report.py          ReportCard: what the checks found
architecture.py    the architecture of the account, in words; growth.py knows what of it is new, diagram.py draws it
blocks.py          Blocks: bytes as squares
picture.py, svg.py what drawings are made of
"""
