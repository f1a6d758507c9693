"""The architecture of the lab, drawn from the account as it stands: who holds what, and who is let in."""

from __future__ import annotations

from dataclasses import dataclass

from kmscourse import access, pieces
from kmscourse.account import Account
from kmscourse.display.svg import Drawing
from kmscourse.notes import Notes


@dataclass(frozen=True)
class Architecture:
    """What the diagram shows.

    ``key_state`` is Enabled, Disabled, PendingDeletion or None (no key yet); ``reader`` is "let in", "refused" or None
    (IAMLabUser has no table to read, or can't sign in yet).
    """

    key_state: str | None = None
    data_key: bool = False
    message: bool = False
    table: bool = False
    reader: str | None = None

    @classmethod
    def of(cls, account: Account, notes: Notes) -> Architecture:
        """The architecture as the account's main user finds it now."""
        table = pieces.table_exists(account, notes)
        reader = None
        if table and pieces.has_lab_user(account, notes) and pieces.has_sign_in(account, notes):
            decision = access.may_read_table(account, pieces.lab_user_arn(account), pieces.TABLE)
            reader = "let in" if decision.allowed else "refused"
        return cls(
            key_state=pieces.key_state(account),
            data_key="encrypted_data_key" in notes or "envelope" in notes,
            message="envelope" in notes,
            table=table,
            reader=reader,
        )

    def __repr__(self) -> str:
        """The same in words."""
        if self.key_state is None:
            return "The account has its administrator, and no KMS key of its own yet."
        state = {"Enabled": "enabled", "Disabled": "disabled", "PendingDeletion": "waiting for its deletion"}
        said = [f"The administrator has the KMS key myKey, {state.get(self.key_state, self.key_state)}."]
        if self.key_state != "Enabled":
            said.append("It opens nothing as it is.")
        if self.data_key:
            said.append("The application keeps a data key, encrypted under myKey.")
        if self.message:
            said.append("With it the application keeps a message, encrypted under the data key.")
        if self.table:
            said.append("DynamoDB keeps the table Books, encrypted under myKey.")
        if self.reader:
            said.append(f"IAMLabUser signs in, scans Books, and is {self.reader}.")
        return " ".join(said)

    def _repr_svg_(self) -> str:
        return self.svg()

    def svg(self) -> str:
        """The drawing, as an SVG document that needs no font, script or style from elsewhere."""
        height = 330 if self.data_key or self.reader else 172  # the lower row: the application, the reader
        draw = Drawing(760, height, title="The architecture of the lab", description=repr(self))
        draw.frame(150, 16, 594, 140, "Your AWS account")
        draw.person(64, 96, "Administrator")
        if self.key_state is not None:
            draw.arrow(98, 96, 258, 96, "manages")
            note = {"Enabled": "", "Disabled": "disabled", "PendingDeletion": "to be deleted"}
            draw.box(
                262,
                62,
                150,
                68,
                "KMS key myKey",
                note.get(self.key_state, self.key_state),
                kind="key" if self.key_state == "Enabled" else "off",
            )
        if self.data_key:
            draw.frame(150, 196, 340, 120, "Your application")
            if self.key_state == "Enabled":
                draw.arrow(312, 130, 262, 226, "makes, opens", dx=-62)
            else:
                draw.arrow(312, 130, 262, 226, "opens nothing", dx=-66, kind="no")
            draw.box(178, 230, 130, 66, "Data key", "kept encrypted", kind="key")
        if self.message:
            draw.arrow(308, 263, 346, 263, "")
            draw.box(350, 230, 120, 66, "Message", "sealed", kind="data")
        if self.table:
            draw.arrow(412, 96, 536, 96, "opens", kind="plain" if self.key_state == "Enabled" else "no")
            draw.box(540, 62, 150, 68, "Table Books", "encrypted", kind="data")
        if self.reader:
            draw.person(615, 262, "IAMLabUser")
            draw.arrow(
                615, 236, 615, 134, self.reader, dx=42, kind="yes" if self.reader == "let in" else "no"
            )
        return draw.document()
