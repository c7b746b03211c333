"""Small PDF files for tests, written by hand: pages of text, pictures, and what must be refused."""

from collections.abc import Sequence

PICTURE = b"q 100 0 0 100 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q"


def text_page(*lines: str) -> bytes:
    """The drawing of a page with these lines."""
    shown = b" ".join(
        b"(" + line.encode("cp1252").replace(b"(", b"\\(").replace(b")", b"\\)") + b") Tj T*"
        for line in lines
    )
    return b"BT /F1 12 Tf 14 TL 72 720 Td " + shown + b" ET"


def pdf(pages: Sequence[bytes], *, catalog: bytes = b"", objects: Sequence[bytes] = ()) -> bytes:
    """A whole file; `catalog` adds entries to the root, `objects` follow all others."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * place) for place in range(len(pages)))
    written = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % len(pages),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for place, drawing in enumerate(pages):
        written += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * place),
            b"<< /Length %d >>\nstream\n" % len(drawing) + drawing + b"\nendstream",
        ]
    return _file([*written, *objects])


def _file(objects: Sequence[bytes]) -> bytes:
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Root 1 0 R /Size %d >>\n" % (len(objects) + 1)
    return body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(body)
