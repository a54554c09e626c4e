"""The weeks as a page: gathered as plain values, then poured into a template. Nothing here decides anything."""
