"""The first step of Create key: what the key is. Every choice explains itself; the course takes one of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kmscourse.errors import KmsCourseError
from kmscourse.widgets.controls import one_of
from kmscourse.widgets.field import Field


@dataclass(frozen=True)
class Choice:
    """A choice of the console's page: what each option means, which one the course takes, and why."""

    label: str
    meaning: Mapping[str, str]
    taken: str
    why: str

    def field(self) -> Field:
        """The choice as a field, at the option that the course takes."""
        control = one_of(self.label, list(self.meaning))
        control.value = self.taken
        field = Field(control, self.check, live=True, note=self.meaning[self.taken])
        control.observe(lambda change: field.tell(self.meaning[change["new"]]), "value")
        return field

    def check(self, option: str) -> None:
        """Raises KmsCourseError for another option than the course's."""
        if option != self.taken:
            raise KmsCourseError(f"{self.why} Choose {self.taken}.")


KEY_TYPE = Choice(
    "Key type",
    {
        "Symmetric": "One secret, which encrypts and decrypts. It never leaves KMS.",
        "Asymmetric": "A pair: a public key, which may leave KMS, and a private one, which does not.",
    },
    "Symmetric",
    "AWS services, DynamoDB among them, encrypt under symmetric keys only.",
)
KEY_USAGE = Choice(
    "Key usage",
    {
        "Encrypt and decrypt": "The key encrypts and decrypts data, and makes data keys.",
        "Generate and verify MAC": "The key makes codes by which a message proves to be genuine. It encrypts nothing.",
    },
    "Encrypt and decrypt",
    "A key does one kind of work for as long as it lives, and this course encrypts.",
)
ORIGIN = Choice(
    "Key material origin",
    {
        "KMS - recommended": "KMS makes the secret itself, within its own hardware.",
        "External (Import Key material)": "You make the secret and bring it; you also keep it safe, and renew it.",
        "AWS CloudHSM key store": "The secret is made in a hardware module of your own, and stays there.",
        "External key store": "The secret stays outside AWS altogether, in a key manager of yours.",
    },
    "KMS - recommended",
    "The others need key material or hardware of your own.",
)
REGIONALITY = Choice(
    "Regionality",
    {
        "Single-Region key": "The key exists in this Region, and nowhere else.",
        "Multi-Region key": "The key can be copied into other Regions, which then open each other's ciphertexts.",
    },
    "Single-Region key",
    "This course stays in one Region.",
)
