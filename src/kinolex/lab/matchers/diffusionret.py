"""DiffusionRet: token-wise interaction, and a guess at the joint distribution made from noise."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.diffusion import Denoiser, Offered
from kinolex.lab.parts.inputs import in_order, needed
from kinolex.lab.parts.masking import in_front, masked_mean, masked_softmax
from kinolex.lab.parts.sequence import FrameSequence
from kinolex.lab.parts.token_wise import TokenWeights, token_similarities, weighted_token_wise

__all__ = ["DiffusionRet"]

_PAIRS = 128  # at a time; each has all its candidates


@matcher
class DiffusionRet(Matcher):
    """A discriminative similarity, plus how probable a generator finds the pair.

    Jin et al., DiffusionRet: Generative Text-Video Retrieval with Diffusion Model
    (arXiv:2303.09867). The similarity is weighted token-wise interaction. The generator is given a
    text and candidate videos (and, by a second network, a video and candidate texts) and makes the
    distribution over the candidates from noise; it learns to give the true one of a text and the
    videos of its batch that are most similar. Features are not taught by it, only by the contrast.

    **What cannot be had pair by pair.** The paper's distribution is joint: the share of a video
    depends on which other videos are candidates, through the softmax in the attention and the one
    at the end. The published evaluation therefore takes the 32 most similar candidates of each
    query out of the whole collection (jpthu17/DiffusionRet@7438816d ``eval.py``,
    ``_run_on_single_gpu``), and two queries see different ones; its matrices for both directions
    differ. `score` may depend on its pair alone. So here the other candidates of a pair are
    always the same stand-ins: the videos and texts that came last in training (mean pooled; a
    buffer that `extra_losses` fills in training mode and that is saved with the weights), and the
    shares of both directions are averaged. `joint` is the published way, for a collection that is
    at hand as a whole.

    For the paper's equations, which were out of reach, stands the published code beside the
    abstract. Order of operations and constants follow jpthu17/DiffusionRet@7438816d
    ``DiffusionRet/models/modeling.py`` (``DiffusionRet.forward``, ``get_similarity_logits``),
    ``diffusion_models/gaussian_diffusion.py`` (``training_losses``, ``ddim_sample``) and
    ``eval.py`` (50 steps, cosine schedule, 127 negatives, a factor 100 in the loss).

    Differs: generating starts from 0, the mean of the noise, so that it repeats (there from a
    draw), and takes ``sampled`` of the steps (there all); both networks learn while the similarity
    does (there afterwards); in training mode `score` is the similarity alone, as the contrast is
    there; padding has no share of any softmax, and is nobody's best match; in evaluation mode the
    losses take the middle step without noise; frames know of each other through `FrameSequence`,
    which starts as the identity and not from CLIP's weights.

    Parameters
    ----------
    sizes : Sizes
    layers : int
        Of the transformer over the frames.
    steps, sampled : int
        Of the diffusion, and of those how many are taken to generate.
    standing : int
        Stand-ins of either side.
    negatives : int
        Candidates of the batch beside the true one, at most, in training.
    alpha : float
        Weight of the generated share in the score.
    temperature : float
        Divides dot products of a sentence with frames, for the pooling of candidates.
    sharpness : float
        Multiplies guesses in the loss.
    """

    name = "diffusionret"
    title = "DiffusionRet"
    paper = "Jin et al., DiffusionRet, ICCV 2023, arXiv:2303.09867"
    kind = "conditioned"
    needs = frozenset({"frames", "words"})
    last_videos: Tensor
    last_texts: Tensor

    def __init__(
        self,
        sizes: Sizes,
        *,
        layers: int = 4,
        steps: int = 50,
        sampled: int = 5,
        standing: int = 15,
        negatives: int = 127,
        alpha: float = 1.0,
        temperature: float = 1.0,
        sharpness: float = 100.0,
    ) -> None:
        super().__init__(sizes)
        size = sizes.dimensions
        self.steps, self.sampled, self.negatives = steps, sampled, negatives
        self.alpha, self.temperature, self.sharpness = alpha, temperature, sharpness
        self.sequence = FrameSequence(size, sizes.frames, layers)
        self.word_weights = TokenWeights(size, 2 * size)
        self.frame_weights = TokenWeights(size, 2 * size)
        self.to_video, self.to_text = Denoiser(size, steps), Denoiser(size, steps)
        self.register_buffer("last_videos", torch.zeros(standing, size))
        self.register_buffer("last_texts", torch.zeros(standing, size))

    def represent_video(self, videos: Videos) -> Representation:
        """Frames with weights."""
        given = videos.frames, videos.mask
        frames, mask = in_order(self, *given, self.sizes.frames, "frames")
        frames = self.sequence(frames, mask)
        weights = self.frame_weights(frames, mask)
        return Representation(self.kind, {"frames": frames, "mask": mask, "weights": weights})

    def represent_text(self, texts: Texts) -> Representation:
        """The sentence, and words with weights."""
        words, mask = in_front(needed(self, texts, "words"), needed(self, texts, "mask"))
        tensors = {"sentence": texts.sentences, "words": words, "mask": mask}
        return Representation(self.kind, {**tensors, "weights": self.word_weights(words, mask)})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Similarity, plus in evaluation mode the pair's share among stand-ins."""
        alike = self.similarity(texts, videos)
        if self.training or not self.alpha:
            return alike
        return alike + self.alpha * self._shares(texts["sentence"], videos)

    def similarity(self, texts: Representation, videos: Representation) -> Tensor:
        """Weighted token-wise interaction, the discriminative part."""
        cosines = token_similarities(
            texts["words"], texts["mask"], videos["frames"], videos["mask"]
        )
        return weighted_token_wise(cosines, texts["weights"], videos["weights"])

    def _shares(self, sentences: Tensor, videos: Representation) -> Tensor:
        """Of every pair, among stand-ins: the mean share of both directions."""
        asking, said = self.to_video.asking(sentences), self.to_text.offer(sentences)
        seen_before = self.to_video.offer(self.last_videos)
        said_before = self.to_text.offer(self.last_texts)
        columns = [
            torch.cat(
                [
                    self._column(
                        videos.some(slice(v, v + 1)),
                        (sentences[n : n + _PAIRS], asking[n : n + _PAIRS], said[n : n + _PAIRS]),
                        (seen_before, said_before),
                    )
                    for n in range(0, len(sentences), _PAIRS)
                ]
            )
            for v in range(len(videos))
        ]
        return torch.stack(columns, dim=1)

    def _column(
        self,
        video: Representation,
        texts: tuple[Tensor, Tensor, Offered],
        before: tuple[Offered, Offered],
    ) -> Tensor:
        """Shares of some texts with one video."""
        sentences, asking, said = texts
        seen = self._pooled(sentences.unsqueeze(0), video)[0]
        offered = self.to_video.offer(seen).beside(before[0])
        first = self.to_video.generate(asking.unsqueeze(1), offered, self.sampled)
        eyes = self.to_text.asking(self._pooled(self.last_texts.unsqueeze(0), video)[0])
        eyes = torch.cat(
            [self.to_text.asking(seen).unsqueeze(1), eyes.expand(len(seen), *eyes.shape)], dim=1
        )
        second = self.to_text.generate(eyes, said.beside(before[1]), self.sampled)
        return (first.softmax(dim=-1)[:, 0] + second.softmax(dim=-1)[:, 0]) / 2

    def _pooled(self, sentences: Tensor, videos: Representation) -> Tensor:
        """Video n as each of sentences (n, candidates) sees it."""
        dots = torch.einsum("ncd,nvd->ncv", sentences, videos["frames"])
        return masked_softmax(dots / self.temperature, videos["mask"][:, None]) @ videos["frames"]

    def joint(
        self, texts: Representation, videos: Representation, *, candidates: int = 32
    ) -> tuple[Tensor, Tensor]:
        """The published evaluation, of a whole collection.

        Each query's most similar candidates get their share of the joint distribution added.

        Returns
        -------
        Tensor, Tensor
            For texts that look for videos and for videos that look for texts, both of shape
            (texts, videos).
        """
        alike = self.similarity(texts, videos)

        def of_texts(rows: slice, which: Tensor) -> tuple[Tensor, Offered]:
            return self._videos(texts["sentence"][rows], videos, which)

        def of_videos(rows: slice, which: Tensor) -> tuple[Tensor, Offered]:
            return self._texts(texts["sentence"][which], videos.some(rows))

        return (
            self._with_shares(alike, candidates, self.to_video, of_texts),
            self._with_shares(alike.T, candidates, self.to_text, of_videos).T,
        )

    def _with_shares(
        self,
        alike: Tensor,
        candidates: int,
        network: Denoiser,
        ask: Callable[[slice, Tensor], tuple[Tensor, Offered]],
    ) -> Tensor:
        """Similarities (queries, items) with shares added to the best of each query."""
        best = alike.topk(min(candidates, alike.shape[1]), dim=1)[1]
        step = max(1, 32 * _PAIRS // best.shape[1])
        shares = [
            network.generate(*ask(slice(n, n + step), best[n : n + step]), self.sampled)
            for n in range(0, len(best), step)
        ]
        return alike.scatter_add(1, best, self.alpha * torch.cat(shares).softmax(dim=-1))

    def _videos(
        self, sentences: Tensor, videos: Representation, which: Tensor
    ) -> tuple[Tensor, Offered]:
        """What sentences ask of candidate videos ``which`` (rows, candidates)."""
        seen = [
            self._pooled(sentences.unsqueeze(1), videos.some(one)).squeeze(1) for one in which.T
        ]
        asking = self.to_video.asking(sentences).unsqueeze(1)
        return asking, self.to_video.offer(torch.stack(seen, dim=1))

    def _texts(self, sentences: Tensor, videos: Representation) -> tuple[Tensor, Offered]:
        """What videos ask of candidate sentences (rows, candidates, dimensions)."""
        eyes = self.to_text.asking(self._pooled(sentences, videos))
        return eyes, self.to_text.offer(sentences)

    def extra_losses(self, texts: Representation, videos: Representation) -> dict[str, Tensor]:
        """The generator's loss, in both directions; features and similarities stand still."""
        texts, videos = texts.detach(), videos.detach()
        alike = self.similarity(texts, videos).detach()
        asked = self._videos(texts["sentence"], videos, _hard(alike, self.negatives))
        loss = self._generated(self.to_video, *asked)
        spoken = texts["sentence"][_hard(alike.T, self.negatives)]
        loss = loss + self._generated(self.to_text, *self._texts(spoken, videos))
        if self.training:
            self._remember(texts["sentence"], masked_mean(videos["frames"], videos["mask"]))
        return {"generation": loss}

    def _generated(self, network: Denoiser, asking: Tensor, offered: Offered) -> Tensor:
        """How far the first candidate is from being taken, after noise of a drawn step."""
        clear = torch.zeros_like(offered.hidden[..., 0])
        clear[:, 0] = 1
        step = torch.full((len(clear),), self.steps // 2, device=clear.device)
        noise = torch.zeros_like(clear)
        if self.training:
            step, noise = torch.randint_like(step, self.steps), torch.randn_like(clear)
        guess = network(network.blurred(clear, step, noise), step, asking, offered)
        return cross_entropy(guess * self.sharpness, torch.zeros_like(step))

    def _remember(self, sentences: Tensor, pooled: Tensor) -> None:
        for kept, new in ((self.last_texts, sentences), (self.last_videos, pooled)):
            kept.copy_(torch.cat([new.to(kept.dtype), kept])[: len(kept)])


def _hard(alike: Tensor, most: int) -> Tensor:
    """The true column of each row, then the others from the most similar on."""
    count = len(alike)
    itself = torch.eye(count, dtype=torch.bool, device=alike.device)
    order = alike.masked_fill(itself, torch.inf).argsort(dim=1, descending=True)
    return order[:, : 1 + most]
