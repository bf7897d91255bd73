"""TempCompass: the same scenes played backwards, faster or in another order, with questions."""

from kinolex.datasets.dataset import Split, described
from kinolex.datasets.folder import File

described(
    "tempcompass",
    title="TempCompass",
    task="questions on time",
    citation="Liu, Li, Liu, Wang, Ren, Li, Chen, Sun, Hou: TempCompass: Do Video LLMs Really"
    " Understand Videos? ACL Findings 2024, arXiv:2403.00476.",
    homepage="https://github.com/llyx97/TempCompass",
    splits=(
        Split("multi-choice", "test", None, 1580),
        Split("yes-no", "test", None, 2453),
        Split("caption-matching", "test", None, 1503),
        Split("captioning", "test", None, 2004),
    ),
    files=(
        File("questions/multi-choice.json", ("multi-choice",)),
        File("questions/yes_no.json", ("yes-no",)),
        File("questions/caption_matching.json", ("caption-matching",)),
        File("questions/captioning.json", ("captioning",)),
    ),
    defects=(
        "Answers that no rule reads are judged by a paid service: without it the figure is"
        " another.",
    ),
)
