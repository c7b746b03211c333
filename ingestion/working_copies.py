"""PURE  A note's XML with the CFOP under which its buyer books it, plainly no original any more.

A changed XML is not what its issuer signed: the signature goes, and a comment says what was done.
Everything else stays byte for byte.
"""

import re

CFOP = re.compile(rb"(<((?:[A-Za-z_][\w.-]*:)?CFOP)>\s*)[0-9]{4}(\s*</\2\s*>)")
SIGNATURE = re.compile(
    rb"<((?:[A-Za-z_][\w.-]*:)?Signature)[\s>](?:(?!<\1[\s>]).)*?</\1\s*>", re.DOTALL
)
PROLOG = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\s*<\?xml[^>]*\?>)?")
# Without accents: it is read the same in every encoding that a note may have.
COMMENT = (
    "<!-- Copia de trabalho: CFOP de entrada {cfop} no lugar do CFOP do emitente. A assinatura foi"
    " retirada; o original assinado esta guardado. -->"
)


def working_copy(content: bytes, cfop: str) -> bytes | None:
    """The XML with this CFOP on every item; None where it says no other one.

    Args:
        content: the original, in an encoding that writes ASCII as ASCII.
        cfop: four digits.
    """
    changed = CFOP.sub(rb"\g<1>%s\g<3>" % cfop.encode(), content)
    if changed == content:
        return None
    unsigned = SIGNATURE.sub(b"", changed)
    prolog = PROLOG.match(unsigned)
    start = prolog.end() if prolog else 0
    return unsigned[:start] + COMMENT.format(cfop=cfop).encode() + unsigned[start:]
