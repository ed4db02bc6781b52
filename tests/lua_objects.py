"""Lua as Argo CD and Karmada run it: version 5.1, objects as tables, and no library but the basic one."""

from __future__ import annotations

from typing import Any

from lupa.lua51 import LuaRuntime, lua_type

KEPT = ("ipairs", "pairs", "type", "tostring", "next", "error", "assert")
"""Of the globals: what is there in both, whatever they are configured with."""


class Lua:
    """One interpreter for one script."""

    def __init__(self) -> None:
        self._lua = LuaRuntime(register_eval=False, register_builtins=False)
        names = self._lua.globals()
        for name in [name for name in names if name not in KEPT]:
            names[name] = None

    def run(self, script: str, **given: Any) -> Any:
        """What a script returns whose globals are these objects."""
        for name, value in given.items():
            self._lua.globals()[name] = self._table(value)
        return self._plain(self._lua.execute(script))

    def call(self, script: str, function: str, *given: Any) -> Any:
        """What a function returns that a script defines."""
        self._lua.execute(script)
        return self._plain(self._lua.globals()[function](*map(self._table, given)))

    def _table(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._lua.table_from({key: self._table(inside) for key, inside in value.items()})
        if isinstance(value, list):
            return self._lua.table_from([self._table(inside) for inside in value])
        return value

    def _plain(self, value: Any) -> Any:
        if lua_type(value) != "table":
            return value
        inside = {key: self._plain(each) for key, each in value.items()}
        if inside and set(inside) == set(range(1, len(inside) + 1)):
            return [inside[index] for index in range(1, len(inside) + 1)]
        return inside
