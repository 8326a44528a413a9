"""Planted bugs, to see that the checks see: each breaks one promise and is right in everything else."""

from __future__ import annotations

from collections.abc import Mapping

from bot.ports import Adapter, Core, Model, Store


class Plant:
    """Nothing planted: everything as it is."""

    def core(self, core: Core) -> Core:
        """As the adapters see it."""
        return core

    def store(self, store: Store) -> Store:
        return store

    def adapter(self, adapter: Adapter) -> Adapter:
        return adapter

    def model(self, model: Model) -> Model:
        return model


PLANTS: Mapping[str, Plant] = {}
