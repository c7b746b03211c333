"""Multipart uploads with the file's name exactly as the client sent it.

The library cuts a name at its last slash, decodes HTML entities in it and drops a file whose name
it does not like. Here the reader of names decides, and says what is wrong.
"""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.http import multipartparser
from django.http.multipartparser import MultiPartParser as LibraryParser
from django.http.multipartparser import MultiPartParserError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, MultiPartParser

UNNAMED = "arquivo"
# A name of a thousand characters takes six thousand bytes of header; the library allows 1,024.
setattr(multipartparser, "MAX_TOTAL_HEADER_SIZE", 16 * 1024)  # noqa: B010 - not in its stubs


class NameKeepingParser(LibraryParser):
    """Remembers each file's name before the library makes it harmless."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.sent_names: list[str] = []

    def sanitize_file_name(self, file_name: str) -> str:
        self.sent_names.append(file_name)
        return super().sanitize_file_name(file_name) or UNNAMED


class UploadParser(MultiPartParser):
    """The API's multipart parser; the files' names are under `sent_name` in the data, in order."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> "DataAndFiles[Any, Any]":
        request = (parser_context or {})["request"]
        meta = request.META | {"CONTENT_TYPE": media_type}
        parser = NameKeepingParser(meta, stream, request.upload_handlers, settings.DEFAULT_CHARSET)
        try:
            data, files = parser.parse()
        except MultiPartParserError as fault:
            raise ParseError from fault
        if parser.sent_names:
            data = data.copy()
            data.setlist("sent_name", parser.sent_names)
        return DataAndFiles(data, files)
