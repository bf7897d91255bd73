"""HBI: words and frames as players, merged into actions and events."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.banzhaf import BanzhafPredictor, banzhaf_interactions
from kinolex.lab.parts.clusters import MergeTokens, remaining
from kinolex.lab.parts.inputs import in_order, needed
from kinolex.lab.parts.masking import in_front
from kinolex.lab.parts.sequence import FrameSequence
from kinolex.lab.parts.token_wise import TokenWeights, token_similarities, weighted_token_wise

__all__ = ["Hbi"]

LEVELS = ("entity", "action", "event")


@matcher
class Hbi(Matcher):
    """Token-wise interaction at three levels, taught by Banzhaf interactions.

    Jin et al., Video-Text as Game Players: Hierarchical Banzhaf Interaction (arXiv:2303.14369).
    Words and frames are entities; a quarter of them, merged, are actions; half of those are events.
    At each level a text and a video score by weighted token-wise interaction, and a small predictor
    that reads the cosines of a true pair learns their Banzhaf interactions.

    For the paper's equations, which were out of reach, stands the published code beside the
    abstract. Order of operations and constants follow jpthu17/HBI@53556998
    ``HBI/models/modeling.py`` (``HBI.forward``, ``entity_level``, ``action_level``,
    ``event_level``), ``HBI/models/cluster.py`` (``CTM.forward``, ``cluster_dpc_knn``,
    ``merge_tokens``, ``TCBlock``), ``HBI/models/banzhaf.py`` and ``main_retrieval.py``
    (``get_args``: rates 1, 0, 0, so that only entities score and the rest teaches them); the weight
    of the distillation is that of its README's command for MSR-VTT (@040dce5a).

    Differs: the teacher is no network that was trained before, but the interactions themselves,
    estimated from coalitions by their definition (`banzhaf_interactions`; the loop there keeps the
    last of its 1,000 draws only); clusters are a share of the tokens that there are and padding
    belongs to none (there padded words become clusters of zeros, and a cosine of 0 stands for each
    of them); of equally dense tokens the first is the centre (there noise decides); divergences are
    taken over the frames of a word and over the words of a frame (there ``.T`` of three axes puts
    the batch in the place of the words); the contrast of actions and events has a temperature of
    its own.

    Parameters
    ----------
    sizes : Sizes
    layers : int
        Of the transformer over the frames.
    action_ratio, event_ratio : float
        How many tokens remain of those of the level before. Where this would leave one of a row
        of all words or frames that ``sizes`` allows, it is as much more as leaves two.
    entity, action, event : float
        Weights of the levels in the score.
    temperature : float
        Of the contrast of actions and of events.
    distillation, banzhaf : float
        Weights of the losses: other levels rank like entities; predictions are like interactions.
    coalitions : int
        Drawn for a batch.
    """

    name = "hbi"
    title = "HBI"
    paper = "Jin et al., HBI, CVPR 2023, arXiv:2303.14369"
    kind = "late"
    needs = frozenset({"frames", "words"})

    def __init__(
        self,
        sizes: Sizes,
        *,
        layers: int = 4,
        action_ratio: float = 0.25,
        event_ratio: float = 0.5,
        entity: float = 1.0,
        action: float = 0.0,
        event: float = 0.0,
        temperature: float = 0.01,
        distillation: float = 2.0,
        banzhaf: float = 1.0,
        coalitions: int = 256,
    ) -> None:
        super().__init__(sizes)
        size = sizes.dimensions
        self.rates = {"entity": entity, "action": action, "event": event}
        self.temperature, self.coalitions = temperature, coalitions
        self.distillation, self.banzhaf = distillation, banzhaf
        self.sequence = FrameSequence(size, sizes.frames, layers)
        ratios = {"action": action_ratio, "event": event_ratio}
        self.merge_words = _merging(size, sizes.words, ratios)
        self.merge_frames = _merging(size, sizes.frames, ratios)
        self.word_weights = nn.ModuleDict({n: TokenWeights(size, 2 * size) for n in LEVELS})
        self.frame_weights = nn.ModuleDict({n: TokenWeights(size, 2 * size) for n in LEVELS})
        self.predictors = nn.ModuleDict({n: BanzhafPredictor() for n in LEVELS})

    def represent_video(self, videos: Videos) -> Representation:
        """Tokens of the three levels, with weights."""
        given = videos.frames, videos.mask
        frames, mask = in_order(self, *given, self.sizes.frames, "frames")
        frames = self.sequence(frames, mask)
        return self._levels(frames, mask, self.merge_frames, self.frame_weights)

    def represent_text(self, texts: Texts) -> Representation:
        """Tokens of the three levels, with weights."""
        words, mask = in_front(needed(self, texts, "words"), needed(self, texts, "mask"))
        return self._levels(words, mask, self.merge_words, self.word_weights)

    def _levels(
        self, tokens: Tensor, mask: Tensor, merge: nn.ModuleDict, weights: nn.ModuleDict
    ) -> Representation:
        found = {}
        for level in LEVELS:
            if level in merge:
                tokens, mask = merge[level](tokens, mask)
            found[f"{level}.tokens"], found[f"{level}.mask"] = tokens, mask
            found[f"{level}.weights"] = weights[level](tokens, mask)
        return Representation(self.kind, found)

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Token-wise interaction of the levels that count."""
        counted = [(level, rate) for level, rate in self.rates.items() if rate]
        return sum(
            (rate * _level(level, texts, videos) for level, rate in counted),
            start=texts["entity.tokens"].new_zeros(len(texts), len(videos)),
        )

    def extra_losses(self, texts: Representation, videos: Representation) -> dict[str, Tensor]:
        """Contrast of actions and events, agreement of the levels, and Banzhaf interactions."""
        scores = {level: _level(level, texts, videos) for level in LEVELS}
        target = torch.arange(len(texts), device=scores["entity"].device)
        found = {}
        agree = scores["entity"].new_zeros(())
        for level in LEVELS[1:]:
            logits = scores[level] / self.temperature
            found[level] = (cross_entropy(logits, target) + cross_entropy(logits.T, target)) / 2
            agree = agree + _divergence(scores[level], scores["entity"])
            agree = agree + _divergence(scores[level].T, scores["entity"].T)
        found["distillation"] = self.distillation * agree
        found["banzhaf"] = (
            self.banzhaf
            * torch.stack([self._interactions(level, texts, videos) for level in LEVELS]).sum()
        )
        return found

    def _interactions(self, level: str, texts: Representation, videos: Representation) -> Tensor:
        """How far predictions of true pairs are from their interactions."""
        words, frames = texts[f"{level}.mask"], videos[f"{level}.mask"]
        there = words[:, :, None] & frames[:, None, :]
        cosines = torch.stack(
            [
                token_similarities(
                    texts[f"{level}.tokens"][n : n + 1],
                    words[n : n + 1],
                    videos[f"{level}.tokens"][n : n + 1],
                    frames[n : n + 1],
                )[0, 0]
                for n in range(len(texts))
            ]
        )
        teacher = banzhaf_interactions(
            cosines,
            texts[f"{level}.weights"],
            videos[f"{level}.weights"],
            coalitions=self.coalitions,
        )
        guessed = self.predictors[level](cosines, there)
        over_frames = _divergence(guessed, teacher, there)
        return over_frames + _divergence(guessed.mT, teacher.mT, there.mT)


def _merging(size: int, most: int, ratios: dict[str, float]) -> nn.ModuleDict:
    """What makes actions of entities, and events of these, in rows of at most ``most``."""
    found = {}
    for level, ratio in ratios.items():
        # One token alone has all the weight, whatever it is: its weights would never learn.
        ratio = max(ratio, min(1.0, 2 / most))
        found[level] = MergeTokens(size, ratio)
        most = remaining(most, ratio)
    return nn.ModuleDict(found)


def _level(level: str, texts: Representation, videos: Representation) -> Tensor:
    cosines = token_similarities(
        texts[f"{level}.tokens"],
        texts[f"{level}.mask"],
        videos[f"{level}.tokens"],
        videos[f"{level}.mask"],
    )
    return weighted_token_wise(cosines, texts[f"{level}.weights"], videos[f"{level}.weights"])


def _divergence(scores: Tensor, target: Tensor, there: Tensor | None = None) -> Tensor:
    """Kullback-Leibler from ``target`` along the last axis, as the mean over the cells."""
    if there is not None:
        # A small number and not minus infinity, for rows of which no cell is there.
        scores, target = (x.masked_fill(~there, -1e4) for x in (scores, target))
    wanted = target.softmax(dim=-1)
    cells = wanted * (target.log_softmax(dim=-1) - scores.log_softmax(dim=-1))
    if there is None:
        return cells.mean()
    return cells.masked_fill(~there, 0.0).sum() / there.sum()
