"""Encrypts messages under a KMS key with the AWS Encryption SDK, data keys cached, and decrypts them again.

Its arguments: the key's ARN, how many messages a data key may encrypt, and the messages. It prints them as they come
back, and the encryption context that each carries, as JSON.
"""

import json
import sys

import aws_encryption_sdk

key_arn, max_messages, *messages = sys.argv[1:]
client = aws_encryption_sdk.EncryptionSDKClient()
materials = aws_encryption_sdk.CachingCryptoMaterialsManager(
    master_key_provider=aws_encryption_sdk.StrictAwsKmsMasterKeyProvider(key_ids=[key_arn]),
    cache=aws_encryption_sdk.LocalCryptoMaterialsCache(capacity=10),
    max_age=600.0,
    max_messages_encrypted=int(max_messages),
)
sealed = [
    client.encrypt(source=text.encode(), materials_manager=materials, encryption_context={"purpose": "lab"})[
        0
    ]
    for text in messages
]
opened = [client.decrypt(source=ciphertext, materials_manager=materials) for ciphertext in sealed]
print(
    json.dumps([[plaintext.decode(), header.encryption_context["purpose"]] for plaintext, header in opened])
)
