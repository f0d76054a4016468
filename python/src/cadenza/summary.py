"""What a job says of itself."""

from __future__ import annotations

from typing import Any, Dict, Iterator


class Summary(Dict[str, Any]):
    """The `--json` summary of a job; keys are attributes too.

    >>> Summary({"run": 3, "files": {"logs": 2}}).files.logs
    2
    """

    exit_code: int = 0

    def __getattr__(self, name: str) -> Any:
        try:
            value = self[name]
        except KeyError:
            raise AttributeError(f"the summary has {', '.join(self) or 'nothing'}; not {name}") from None
        return Summary(value) if isinstance(value, dict) else value

    def __dir__(self) -> Iterator[str]:
        return iter([*super().__dir__(), *self])
