"""The version, alone, so that building the wheel needs no import."""

__version__ = "0.1.0"
