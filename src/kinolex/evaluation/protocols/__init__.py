"""One file a protocol, or a family that shares its code; found by themselves."""
