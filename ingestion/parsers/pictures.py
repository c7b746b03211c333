"""TIFF pictures as PNG: scanners write them, browsers do not show them.

Pillow is C and has had holes, so this runs only inside the limited child process.
"""

from io import BytesIO

from PIL import Image, TiffImagePlugin

from ingestion.parsers.model import ParseError

MOST_PIXELS = 40_000_000  # an A4 sheet at 600 dots an inch has 35 million
LONGEST_SIDE = 3000
SIGNATURES = (b"II*\0", b"MM\0*")
REMEDY = "Salve a imagem como PNG ou JPEG e envie-a de novo."


def is_tiff(content: bytes) -> bool:
    return content.startswith(SIGNATURES)


def tiff_as_png(content: bytes) -> bytes:
    """The first picture of a TIFF, its longer side cut down to 3000 pixels.

    Raises:
        ParseError: `image_too_big`, or `image_malformed` for what cannot be decoded.
    """
    try:
        with TiffImagePlugin.TiffImageFile(BytesIO(content)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                message = f"A imagem TIFF tem {picture.width} × {picture.height} pontos."
                raise ParseError("image_too_big", message, remedy=REMEDY)
            shown = picture.convert("L" if picture.mode in ("1", "L", "I;16") else "RGB")
    except (OSError, ValueError, SyntaxError, KeyError, Image.DecompressionBombError) as error:
        message = "A imagem TIFF está danificada ou usa uma compressão que não é lida."
        raise ParseError("image_malformed", message, remedy=REMEDY) from error
    shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = BytesIO()
    shown.save(written, "PNG")
    return written.getvalue()
