"""Export: what was trained, as ONNX that the engine runs without torch.

`kinolex.lab.export.encoder` writes a backbone's two towers in the layout that the engine reads
picture encoders from; `kinolex.lab.export.matcher` writes heads and matcher as a folder that
`kinolex search --matcher` applies (`kinolex.encoders.matcher` says its form). Both run what they
wrote and refuse what does not agree with the lab within 1e-4. Start with `matcher.export_run`.
"""
