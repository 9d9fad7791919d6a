"""A verb of the command, which looks at its words before anything is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typer.core import TyperCommand

from shared.core.errors import BadInput


class Verb(TyperCommand):
    """BadInput for a text that is empty, as that of a variable which a shell does not know, and for an option twice.

    Neither is taken for an option that was not given: the answer would be that to another question.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As the base class."""
        if not ctx.resilient_parsing:
            values, _, order = self.make_parser(ctx).parse_args(args=list(args))
            for param in dict.fromkeys(order):
                _check(param, list(_texts(values.get(param.name))), order.count(param))
        return super().parse_args(ctx, args)


def _check(param: Any, texts: list[str], times: int) -> None:
    option = param.param_type_name == "option"
    name = param.opts[0] if option else param.name.upper()
    if any(not text.strip() for text in texts):
        raise BadInput(f"{name} is empty; accepted: a text with a word at least.")
    if option and times > 1 and not param.multiple and not param.is_flag:
        raise BadInput(f"{name} is given {times} times; accepted: once.")


def _texts(value: Any) -> Iterator[str]:
    """The texts among what was typed for a parameter: one, several, or none for a flag."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        yield from (one for one in value if isinstance(one, str))
