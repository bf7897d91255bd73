"""Where somebody speaks: the voice activity model Silero, on a stream.

The model's file lies inside the package faster-whisper; its state is carried from call to call,
so that a track of any length needs the memory of one piece. Source: Silero Team, Silero VAD,
https://github.com/snakers4/silero-vad.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kinolex.errors import EncoderError, ModelMissingError

__all__ = ["FRAME", "RATE", "VoiceActivity"]

RATE = 16000
"""Samples a second of all sound here."""

FRAME = 512
"""Samples that get one probability: 32 ms."""

_CONTEXT = 64
# Quiet recordings are lifted, or the model hears nobody: to this peak, at most this much, with
# a peak that is forgotten by half in about ten seconds.
_PEAK, _MOST_GAIN, _DECAY = 0.03, 30.0, 0.5 ** (FRAME / RATE / 10)
_INPUTS = {"input", "h", "c"}


class VoiceActivity:
    """Probability of speech for each frame of one track, in order.

    Raises
    ------
    ModelMissingError
        If the package faster-whisper is not installed.
    EncoderError
        If the model inside it is one that we do not know.
    """

    def __init__(self) -> None:
        self._session = _session()
        self.forget()

    def forget(self) -> None:
        """Begin a new track, or the same one after a hole."""
        self._h = np.zeros((1, 1, 128), np.float32)
        self._c = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)
        self._peak = 0.0

    def __call__(self, samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Probabilities of the next frames.

        Parameters
        ----------
        samples : numpy.ndarray
            Float32 at `RATE`; a multiple of `FRAME` samples, perhaps none.

        Returns
        -------
        numpy.ndarray
            (frames,) float32 in [0, 1].
        """
        if not len(samples):
            return np.zeros(0, np.float32)
        frames = self._lifted(samples.reshape(-1, FRAME))
        # Each frame is given with the end of the one before it.
        ends = np.concatenate([self._context[None], frames[:-1, -_CONTEXT:]])
        feed = {"input": np.concatenate([ends, frames], axis=1), "h": self._h, "c": self._c}
        found, self._h, self._c = self._session.run(None, feed)
        self._context = frames[-1, -_CONTEXT:].copy()
        return np.asarray(found, np.float32).reshape(-1)

    def _lifted(self, frames: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Frames at about one loudness; each depends on what was before it only."""
        gains = np.empty((len(frames), 1), np.float32)
        for i, loudest in enumerate(np.abs(frames).max(axis=1)):
            self._peak = max(float(loudest), self._peak * _DECAY)
            gains[i] = min(max(1.0, _PEAK / max(self._peak, 1e-9)), _MOST_GAIN)
        return frames * gains


@functools.lru_cache(maxsize=1)
def _session() -> Any:
    try:
        import faster_whisper
    except ImportError as error:
        raise ModelMissingError(
            "Speech needs the package faster-whisper, which is not installed.",
            hint='Run `pip install "kinolex[speech]"`.',
        ) from error
    import onnxruntime

    found = sorted(Path(faster_whisper.__file__).parent.glob("assets/silero_vad*.onnx"))
    options = onnxruntime.SessionOptions()
    # A frame takes microseconds and waits for the one before: more threads only cost.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    for path in reversed(found):
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        if {i.name for i in session.get_inputs()} == _INPUTS:
            return session
    raise EncoderError(
        "The installed faster-whisper has no voice activity model that kinolex knows.",
        hint='Run `pip install "faster-whisper~=1.2"`.',
    )
