"""How models that ship with kinolex were made; nothing here is part of the installed package."""
