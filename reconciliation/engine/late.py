"""Fields whose value is worked out when it is first read: numbers come first, words when needed."""

from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Late(Generic[Value]):
    """A field of a frozen dataclass that may be given as a question, which is asked once.

    The class has no slots, and no value of the field can be called. Reading, comparing and
    replacing see the answer alone.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, one: object | None, owner: type) -> Value:
        if one is None:  # so asks `dataclass` for a default, and there is none
            raise AttributeError(self._name)
        value = one.__dict__[self._name]
        if callable(value):
            value = one.__dict__[self._name] = value()
        found: Value = value
        return found

    def __set__(self, one: object, value: Value | Callable[[], Value]) -> None:
        one.__dict__[self._name] = value
