"""From bytes to text: compression, encodings, and what is no text at all."""

from __future__ import annotations

import codecs
import re
import zlib
from typing import BinaryIO

from pipeline.articles.errors import UnreadableError

MAX_BYTES = 64 * 2**20
"""No single article is larger: what is, is a mistake or an attack (a gzip bomb)."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SIGNATURES = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP or Office file"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet file (name it .parquet)"),
    (b"\x1f\x8b", "a gzip file (name it .gz)"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_HIGH = re.compile(rb"[\x80-\xff]")
_CONTROL_SHARE = 0.02
_FEW_HIGH_BYTES = 0.2
"""Latin letters with accents are at most this much of a text; of other scripts it is far more."""
_SIGN_IN_WORD = re.compile(r"[a-z](?:[¡-©«-±´-¸»-¿×÷][a-z]|[¹²³][a-z])")
"""What Windows-1252 never has: letters of another encoding."""
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)
_DECLARED_WITHIN = 2_048
_BROWSERS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
"""What pages mean that name these encodings (WHATWG Encoding Standard, section 4.2)."""


def read_bounded(stream: BinaryIO, limit: int = MAX_BYTES) -> bytes:
    """Read a stream to its end, but never more than ``limit`` bytes.

    Raises
    ------
    UnreadableError
        There is more; or the stream is a damaged gzip file.
    """
    try:
        data = stream.read(limit + 1)
    except (EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise UnreadableError(f"damaged gzip file: {error}") from None
    if len(data) > limit:
        raise UnreadableError(f"larger than {limit // 2**20} MB when unpacked")
    return data


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    """Decode an article's bytes.

    UTF-8 and UTF-16/32 with a byte order mark are certain; a byte order mark is a sign of the
    encoding, not a character of the text (Unicode standard, section 23.8), and offsets count from
    the character after it. Line ends and all other characters stay as they are.

    Parameters
    ----------
    data : bytes
        The whole file, unpacked.
    declared : str
        The encoding that the file names itself (:func:`declared_encoding`), if it does: taken
        where the bytes are no UTF-8.

    Returns
    -------
    text, note : str
        The text, and what should be known about it (empty where it was plain UTF-8).

    Raises
    ------
    UnreadableError
        The bytes are no text.
    """
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise UnreadableError(f"not text: {kind}")
    text, note = _decode_unchecked(data, declared)
    if text and len(_CONTROL.findall(text)) > _CONTROL_SHARE * len(text) + 3:
        raise UnreadableError("not text: binary data")
    return text, note


def declared_encoding(html: bytes) -> str:
    """Return the encoding that the head of a page names, as browsers understand it (WHATWG).

    Returns
    -------
    str
        A codec's name; empty where there is none, or none that is known.
    """
    match = _DECLARED.search(html[:_DECLARED_WITHIN])
    label = match[1].decode("ascii").lower() if match else ""
    try:
        name = codecs.lookup(label).name if label else ""
    except LookupError:
        return ""
    return _BROWSERS.get(name, name)


def wide_encoding(head: bytes) -> str:
    """Name the UTF-16 or UTF-32 that a byte order mark announces, else nothing."""
    for bom, encoding in _BOMS[1:]:
        if head.startswith(bom):
            return encoding[: encoding.rindex("-")]
    return ""


def _decode_unchecked(data: bytes, declared: str) -> tuple[str, str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, errors="replace"), _note(encoding)
    if encoding := _utf16_without_mark(data):
        return data.decode(encoding, errors="replace"), _note(encoding)
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        return _decode_legacy(data, declared)


def _decode_legacy(data: bytes, declared: str) -> tuple[str, str]:
    """Decode what is not valid UTF-8: a damaged UTF-8 file, or an older encoding."""
    repaired = data.decode("utf-8", errors="replace")
    broken = repaired.count("\ufffd")
    valid = sum(char > "\x7f" for char in repaired) - broken
    if valid > broken:
        return repaired, f"{broken} broken UTF-8 characters replaced"
    # English with some accents and quotation marks: statistics have nothing to go by, and
    # Windows-1252 (of which Latin-1 is a part) is what such files are.
    few = len(_HIGH.findall(data)) <= max(4, _FEW_HIGH_BYTES * len(data))
    for encoding in filter(None, (declared, "cp1252" if few else "")):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if encoding == declared or not _SIGN_IN_WORD.search(text):
            return text, _note(encoding)
    import charset_normalizer

    best = charset_normalizer.from_bytes(data).best()
    if best is None:
        return repaired, f"{broken} undecodable characters replaced"
    return data.decode(best.encoding, errors="replace"), _note(best.encoding)


def _utf16_without_mark(data: bytes) -> str:
    """Recognise UTF-16 by its zero bytes: in Latin text every other byte is one."""
    head = data[:2000]
    if len(head) < 4 or b"\x00" not in head:
        return ""
    even, odd = head[0::2].count(0) / len(head[0::2]), head[1::2].count(0) / len(head[1::2])
    if odd > 0.6 and even < 0.1:
        return "utf-16-le"
    if even > 0.6 and odd < 0.1:
        return "utf-16-be"
    return ""


def _note(encoding: str) -> str:
    return "" if encoding == "utf-8" else f"read as {encoding}"
