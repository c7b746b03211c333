"""Stored secrets open with the keys of the settings and with no other."""

from typing import Any

import pytest

from conciliacontag.secrets import SecretUnreadable, reseal, seal, unseal


def test_a_secret_comes_back_and_never_looks_the_same(settings: Any) -> None:
    settings.SECRETS_KEYS = ["chave"]
    sealed = seal("senha é segredo")

    assert unseal(sealed) == "senha é segredo"
    assert "senha" not in sealed
    assert seal("senha é segredo") != sealed


def test_a_new_key_in_front_keeps_the_old_secrets_readable(settings: Any) -> None:
    settings.SECRETS_KEYS = ["antiga"]
    sealed = seal("senha")
    settings.SECRETS_KEYS = ["nova", "antiga"]
    renewed = reseal(sealed)
    settings.SECRETS_KEYS = ["nova"]

    assert unseal(renewed) == "senha"
    with pytest.raises(SecretUnreadable):
        unseal(sealed)


def test_what_was_tampered_with_does_not_open(settings: Any) -> None:
    sealed = seal("senha")

    with pytest.raises(SecretUnreadable):
        unseal(sealed[:-4] + "AAAA")
