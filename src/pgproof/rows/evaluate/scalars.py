"""The input syntax of numbers, booleans, uuids and bytes, read as the server reads it."""

from __future__ import annotations

import re
import struct
from decimal import Decimal, InvalidOperation
from uuid import UUID

from pgproof.rows.syntax.signals import Refused, Unknown

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def to_real(value: float) -> float:
    """``value`` as float4 keeps it. Raises ``Refused`` where it is out of range."""
    try:
        found = float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError as error:
        raise Refused("22003") from error
    if found == 0 and value != 0:
        raise Refused("22003")
    return found


def read_numeric(text: str) -> Decimal:
    """A numeric from its input syntax. Raises ``Refused``, or ``Unknown`` for forms of newer servers."""
    if re.search(r"\d_|0[xob]", text, re.IGNORECASE):
        raise Unknown("a number in a newer syntax")
    if text.lower() in ("inf", "+inf", "-inf"):
        return Decimal(text.lower().replace("inf", "Infinity"))
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|nan|[+-]?infinity", text, re.IGNORECASE):
        raise Refused("22P02")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise Refused("22P02") from error


def read_double(text: str) -> float:
    """A floating-point number from its input syntax. Raises ``Refused``, or ``Unknown`` for rare forms."""
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|nan|[+-]?inf(inity)?", text, re.IGNORECASE):
        raise Unknown("a floating-point number in a rare syntax") if text else Refused("22P02")
    value = float(text)
    if value in (float("inf"), float("-inf")) and "inf" not in text.lower():
        raise Refused("22003")
    return value


def read_boolean(text: str) -> bool:
    """A boolean from its input syntax. Raises ``Refused``."""
    lowered = text.lower()
    if lowered and lowered != "o":
        if any(word.startswith(lowered) for word in _TRUE):
            return True
        if any(word.startswith(lowered) for word in _FALSE):
            return False
    raise Refused("22P02")


def read_uuid(text: str) -> UUID:
    """A uuid from its input syntax. Raises ``Refused``, or ``Unknown`` for rare forms."""
    if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text):
        raise (
            Unknown("a uuid in a rare syntax") if re.fullmatch(r"[0-9a-fA-F{}-]+", text) else Refused("22P02")
        )
    return UUID(text)


def read_bytes(text: str) -> bytes:
    """A bytea from its hexadecimal form. Raises ``Unknown`` for any other."""
    if re.fullmatch(r"\\x([0-9a-fA-F]{2})*", text):
        return bytes.fromhex(text[2:])
    raise Unknown("bytea in escape syntax")
