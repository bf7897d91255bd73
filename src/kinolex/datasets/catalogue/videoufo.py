"""VideoUFO: a million clips of YouTube under Creative Commons, for 1,291 topics of prompts."""

from kinolex.datasets.dataset import Split, described

described(
    "videoufo",
    title="VideoUFO",
    task="training pairs of video and text",
    licence="CC BY 4.0",
    citation="Wang, Yang: VideoUFO: A Million-Scale User-Focused Dataset for Text-to-Video"
    " Generation. arXiv:2503.01739, 2025.",
    homepage="https://huggingface.co/datasets/WenhaoWang/VideoUFO",
    splits=(Split("train", "train", note="About 1.09 million clips."),),
    defects=("Captions, one short and one long a clip, were written by models.",),
)
