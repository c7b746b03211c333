"""PURE  The same bank account, however a file writes it."""

import re

_MARKS = re.compile(r"[^0-9A-Z/]+")


def account_key(written: str) -> str:
    """Bank, branch and number without marks and leading zeros.

    `0341/01234/56789-0` becomes `341/1234/567890`.

    Files write the same account with and without zeros in front and with and without a dash before
    the check digit. What holds no letter or digit is no account and gives "".
    """
    parts = [_MARKS.sub("", part).lstrip("0") for part in written.upper().split("/")]
    return "/".join(parts) if any(parts) else ""
