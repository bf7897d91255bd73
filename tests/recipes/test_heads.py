"""The heads: what is padded must not matter, and what is averaged is the sentence."""

import pytest

torch = pytest.importorskip("torch", reason="the recipe needs torch")
heads = pytest.importorskip("recipes.starter.heads")


@pytest.mark.parametrize("layers", [0, 2])
def test_padding_changes_nothing(layers):
    torch.manual_seed(0)
    head = heads.TextHead(12, 16, layers, 0.3).eval()
    tokens = torch.randn(3, 5, 384)
    padded = torch.cat([tokens, 9 * torch.randn(3, 4, 384)], dim=1)
    mask = torch.cat([torch.ones(3, 5), torch.zeros(3, 4)], dim=1)
    with torch.inference_mode():
        assert torch.allclose(head(tokens, torch.ones(3, 5)), head(padded, mask), atol=1e-5)


def test_without_layers_only_the_mean_counts_and_with_them_more():
    torch.manual_seed(0)
    tokens, mask = torch.randn(2, 5, 384), torch.ones(2, 5)
    with torch.inference_mode():
        plain = heads.TextHead(12, 16, 0, 0.0).eval()
        assert torch.allclose(plain(tokens, mask), plain.of_sentence(tokens.mean(1)), atol=1e-5)
        deep = heads.TextHead(12, 16, 1, 0.0).eval()
        assert not torch.allclose(deep(tokens, mask), deep.of_sentence(tokens.mean(1)), atol=1e-3)


def test_the_picture_head_standardises_by_its_training_features():
    features = torch.randn(200, 8) * 3 + 5
    head = heads.PictureHead(8, 4, 6, (0.0, 0.0), 3).eval()
    head.fit(features)
    scaled = heads.PictureHead(8, 4, 6, (0.0, 0.0), 3).eval()
    scaled.load_state_dict(head.state_dict())
    scaled.fit(10 * features)
    with torch.inference_mode():
        none = torch.zeros(200, 3)
        assert torch.allclose(head(features, none), scaled(10 * features, none), atol=1e-4)
