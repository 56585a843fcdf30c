"""The same model, sample by sample and block by block."""

__all__: list[str] = []
