from __future__ import annotations

import pytest
import torch

from kinolex.errors import UsageError
from kinolex.lab.matchers.base import Sizes, Texts
from kinolex.lab.matchers.prompt_switch import PromptSwitch
from kinolex.lab.parts.towers import backbone_of, sentences_of

torch.set_num_threads(1)

SMALL = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
         "num_attention_heads": 2}  # fmt: skip


def test_a_size_in_words():
    backbone = backbone_of(Sizes(dimensions=8), "64/16-96x3")
    assert backbone.shape.picture.patches == 16
    assert backbone.shape.picture.layers.count == len(backbone.text.layers) == 3
    assert backbone.shape.text.layers.heads == 3
    assert backbone.shape.dimensions == 8
    assert not backbone.scale.requires_grad


def test_published_weights_inside_of_a_matcher(tmp_path):
    transformers = pytest.importorskip("transformers")
    config = transformers.CLIPConfig(
        text_config={**SMALL, "vocab_size": 20, "max_position_embeddings": 7, "eos_token_id": 19,
                     "bos_token_id": 0, "pad_token_id": 1},
        vision_config={**SMALL, "image_size": 32, "patch_size": 16}, projection_dim=8,
    )  # fmt: skip
    theirs = transformers.CLIPModel(config).eval()
    theirs.save_pretrained(tmp_path)
    rule = '{"size": {"shortest_edge": 32}, "crop_size": 32, "do_center_crop": true}'
    (tmp_path / "preprocessor_config.json").write_text(rule)
    made = PromptSwitch(Sizes(dimensions=8), backbone=str(tmp_path), prompts=2)
    ids = torch.tensor([[0, 4, 19, 7, 7], [0, 4, 5, 6, 19]])
    mask = torch.tensor([[True] * 3 + [False] * 2, [True] * 5])
    with torch.no_grad():
        found = made.represent_text(Texts(torch.zeros(2, 8), mask=mask, ids=ids))["vector"]
        wanted = theirs.get_text_features(ids.masked_fill(~mask, 1)).pooler_output
    torch.testing.assert_close(found, torch.nn.functional.normalize(wanted, dim=-1))


def test_a_tower_that_reads_its_padding_gets_all_of_it(tmp_path):
    transformers = pytest.importorskip("transformers")
    config = transformers.SiglipConfig(
        text_config={**SMALL, "vocab_size": 20, "max_position_embeddings": 7,
                     "projection_size": 16},
        vision_config={**SMALL, "image_size": 32, "patch_size": 16},
    )  # fmt: skip
    from kinolex.lab.backbone.layouts.hugging_face import hugging_face
    from kinolex.lab.backbone.loading import assembled

    theirs = transformers.SiglipModel(config).eval()
    backbone = assembled(hugging_face(config.to_dict()), theirs.state_dict())
    made = PromptSwitch(Sizes(dimensions=8))
    texts = Texts(torch.zeros(1, 16), ids=torch.tensor([[4, 5, 1]]))
    with torch.no_grad():
        found = sentences_of(made, backbone, texts)
        wanted = theirs.get_text_features(torch.tensor([[4, 5, 1, 1, 1, 1, 1]])).pooler_output
    torch.testing.assert_close(found, wanted)
    theirs.save_pretrained(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text('{"size": {"height": 32, "width": 32}}')
    with pytest.raises(UsageError, match="no class token"):
        backbone_of(Sizes(), str(tmp_path))


def test_a_backbone_is_taken_as_it_is() -> None:
    given = backbone_of(Sizes(dimensions=8), "64/16-96x3")
    made = PromptSwitch(Sizes(dimensions=8), backbone=given)
    assert made.backbone is given
    assert not given.scale.requires_grad
