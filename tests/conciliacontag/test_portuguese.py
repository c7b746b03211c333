"""No message of a library reaches a person in English."""

import inspect

import pytest
from django.core import validators
from django.utils.functional import Promise
from django.utils.translation import override
from rest_framework import fields, relations, serializers
from rest_framework import validators as rest_validators

MODULES = [fields, relations, serializers, rest_validators]


def messages() -> list[Promise]:
    classes = [
        kind for module in MODULES for _, kind in inspect.getmembers(module, inspect.isclass)
    ]
    found = [getattr(kind, "message", None) for kind in classes]
    found += [
        message
        for kind in classes
        for message in getattr(kind, "default_error_messages", {}).values()
    ]
    found += [
        kind.message
        for _, kind in inspect.getmembers(validators, inspect.isclass)
        if hasattr(kind, "message")
    ]
    return [message for message in found if isinstance(message, Promise) and str(message)]


@pytest.mark.parametrize("message", messages())
def test_each_message_has_its_translation(message: Promise) -> None:
    with override("en"):
        english = str(message)
    with override("pt-br"):
        assert str(message) != english
