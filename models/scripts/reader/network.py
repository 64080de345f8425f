"""The networks, teacher and student alike: an encoder and small heads over words and pairs."""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from pipeline.components.reader.labels import CATEGORIES, FACTUALITY
from pipeline.components.reader.pairs import FACTS
from pipeline.components.reader.windows import CASES, Pieces, Window, batches, cut

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

HEAD = 192
"""Width to which the encoder's vectors are projected."""
CASE = 16
WIDTH = HEAD + CASE
PAIR = 96
"""Width in which the two words of a pair are compared."""
ROLES_RATE = 1e-3
"""Learning rate of the comparison of pairs, which always begins anew."""
OUTPUTS = len(CATEGORIES) + len(FACTUALITY)


class Head(nn.Module):
    """Vectors of words -> features of words: a projection, the letters' shape, two convolutions."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.project = nn.Linear(width, HEAD)
        self.case = nn.Embedding(CASES, CASE)
        self.near = nn.Conv1d(WIDTH, WIDTH, 3, padding=1)
        self.far = nn.Conv1d(WIDTH, WIDTH, 3, padding=2, dilation=2)
        self.dropout = nn.Dropout(dropout)

    def forward(self, vectors: Tensor, cases: Tensor, present: Tensor) -> Tensor:
        """(batch, words, width), (batch, words), (batch, words) -> (batch, words, WIDTH)."""
        shown = present.unsqueeze(-1).to(vectors.dtype)
        projected = functional.gelu(self.project(self.dropout(self.norm(vectors))))
        hidden = torch.cat([projected, self.case(cases)], -1) * shown
        for convolution in (self.near, self.far):
            local = convolution(self.dropout(hidden).transpose(1, 2)).transpose(1, 2)
            hidden = (hidden + functional.gelu(local)) * shown
        return hidden


class Roles(nn.Module):
    """Whether a word names an actor or a recipient of a trigger: scores of pairs of words.

    The words' vectors, the trigger's category and the facts of
    :mod:`pipeline.components.reader.pairs` meet in one hidden layer.
    """

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.trigger = nn.Linear(width, PAIR)
        self.candidate = nn.Linear(width, PAIR)
        self.category = nn.Linear(len(CATEGORIES), PAIR, bias=False)
        self.facts = nn.Linear(len(FACTS), PAIR, bias=False)
        self.dropout = nn.Dropout(dropout)
        self.hidden = nn.Linear(2 * PAIR, PAIR)
        self.out = nn.Linear(PAIR, 2)

    def forward(
        self, triggers: Tensor, candidates: Tensor, categories: Tensor, facts: Tensor
    ) -> Tensor:
        """Vectors of triggers and candidates, (pairs, width), one-hot categories, facts 0 or 1."""
        trigger = self.trigger(self.dropout(triggers))
        candidate = self.candidate(self.dropout(candidates))
        added = trigger + candidate + self.category(categories) + self.facts(facts)
        met = torch.cat([added, trigger * candidate], -1)
        return self.out(self.dropout(functional.gelu(self.hidden(functional.gelu(met)))))


class Reader(nn.Module):
    """An encoder of the transformers library with a head over the first pieces of words.

    Parameters
    ----------
    folder : Path
        The encoder: configuration and weights.
    taps : tuple of int
        Layers (from 1) whose vectors the head sees, side by side.
    depth : int
        How many layers are kept.
    roles : bool
        Pairs of words are scored too.
    dropout : float
        Of the head.
    hidden_dropout : float
        Of the encoder. A student that reads millions of words needs none, and drawing it takes
        longer than the layers' products do; dropout of attention is left out altogether.
    """

    def __init__(
        self,
        folder: Path,
        taps: tuple[int, ...],
        depth: int,
        roles: bool = False,
        dropout: float = 0.3,
        hidden_dropout: float = 0.1,
    ) -> None:
        super().__init__()
        from transformers import AutoModel

        # Plain attention: the backward pass of the fused one takes three times as long on a CPU.
        self.encoder = AutoModel.from_pretrained(
            folder,
            add_pooling_layer=False,
            attn_implementation="eager",
            attention_probs_dropout_prob=0.0,
            hidden_dropout_prob=hidden_dropout,
        )
        self.encoder.encoder.layer = self.encoder.encoder.layer[:depth]
        self.encoder.config.num_hidden_layers = depth
        self.taps = taps
        self.frozen = 0
        self.head = Head(self.encoder.config.hidden_size * len(taps), dropout)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(WIDTH, OUTPUTS)
        width = self.encoder.config.hidden_size * len(taps)
        self.roles = Roles(width, dropout) if roles else None

    def words(self, batch: "Batch") -> Tensor:
        """Vectors of words: the tapped layers at their first pieces."""
        if batch.below is not None:
            hidden, tapped = batch.below
            found = self._above(hidden, batch.mask)
            layers = [tapped[t] if t in tapped else batch.at_words(found[t]) for t in self.taps]
        else:
            found = self.encoder(
                input_ids=batch.pieces, attention_mask=batch.mask, output_hidden_states=True
            ).hidden_states
            layers = [batch.at_words(found[tap]) for tap in self.taps]
        return torch.cat([layer.float() for layer in layers], -1)

    @torch.no_grad()
    def below(self, batch: "Batch") -> tuple[Tensor, dict[int, Tensor]]:
        """What the frozen layers make of a batch: their output, and the tapped ones at words."""
        found = self.encoder(
            input_ids=batch.pieces, attention_mask=batch.mask, output_hidden_states=True
        ).hidden_states
        tapped = {tap: batch.at_words(found[tap]) for tap in self.taps if tap <= self.frozen}
        return found[self.frozen], tapped

    def _above(self, hidden: Tensor, mask: Tensor) -> dict[int, Tensor]:
        """The layers above the frozen ones, by number; MPNet's encoder only."""
        encoder = self.encoder.encoder
        bias = encoder.compute_position_bias(hidden)
        shut = (1.0 - mask[:, None, None, :].float()) * torch.finfo(torch.float32).min
        found = {}
        for number, layer in enumerate(encoder.layer[self.frozen :], self.frozen + 1):
            hidden = layer(hidden, shut, bias)[0]
            found[number] = hidden
        return found

    def forward(self, batch: "Batch") -> Tensor:
        """Scores (batch, words, OUTPUTS): the categories, then factuality."""
        return self.score(self.words(batch), batch)

    def score(self, words: Tensor, batch: "Batch") -> Tensor:
        """The same from the words' vectors."""
        return self.out(self.dropout(self.head(words, batch.cases, batch.present)))

    def freeze_below(self, layer: int) -> None:
        """Keep embeddings and the lowest layers as they are."""
        self.frozen = layer
        if not layer:
            return
        for module in (self.encoder.embeddings, *self.encoder.encoder.layer[:layer]):
            module.requires_grad_(False)
        # MPNet shares its relative positions between layers: tuned, they would reach down to all.
        if hasattr(self.encoder.encoder, "relative_attention_bias"):
            self.encoder.encoder.relative_attention_bias.requires_grad_(False)

    def groups(self, rate: float, head_rate: float, decay: float) -> list[dict]:
        """Parameter groups: the rate falls by ``decay`` a layer from the top down."""
        layers = list(self.encoder.encoder.layer)
        found = [
            {"params": list(layer.parameters()), "base": rate * decay ** (len(layers) - 1 - i)}
            for i, layer in enumerate(layers)
        ]
        own = {id(p) for layer in layers for p in layer.parameters()}
        rest = [p for p in self.encoder.parameters() if id(p) not in own]
        found.append({"params": rest, "base": rate * decay ** len(layers)})
        own = {"head": [], "roles": []}
        for name, parameter in self.named_parameters():
            if not name.startswith("encoder."):
                own["roles" if name.startswith("roles.") else "head"].append(parameter)
        found.append({"params": own["head"], "base": head_rate})
        found.append({"params": own["roles"], "base": ROLES_RATE})
        for group in found:
            group["params"] = [p for p in group["params"] if p.requires_grad]
            group["lr"] = group["base"]
        return [group for group in found if group["params"]]


class Batch:
    """Windows as padded tensors.

    ``below`` is what the frozen layers make of them, where it is kept (:meth:`Reader.below`).
    """

    def __init__(self, windows: list[Window]) -> None:
        self.below: tuple[Tensor, dict[int, Tensor]] | None = None
        pieces = max(len(w.pieces) for w in windows)
        words = max(len(w.first) for w in windows)
        self.pieces = torch.zeros(len(windows), pieces, dtype=torch.long)
        self.mask = torch.zeros(len(windows), pieces, dtype=torch.long)
        self.first = torch.zeros(len(windows), words, dtype=torch.long)
        self.cases = torch.zeros(len(windows), words, dtype=torch.long)
        self.present = torch.zeros(len(windows), words, dtype=torch.bool)
        for i, window in enumerate(windows):
            n, m = len(window.pieces), len(window.first)
            self.pieces[i, :n] = torch.tensor(window.pieces)
            self.mask[i, :n] = 1
            self.first[i, :m] = torch.tensor(window.first)
            self.cases[i, :m] = torch.tensor(window.cases)
            self.present[i, :m] = True

    def at_words(self, hidden: Tensor) -> Tensor:
        """(batch, pieces, width) -> (batch, words, width) at the first pieces of words."""
        return hidden.gather(1, self.first.unsqueeze(-1).expand(-1, -1, hidden.size(-1)))


def read_lines(path: Path) -> Iterator[dict]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def make_windows(
    pieces: Pieces, article: dict, rng: random.Random | None = None
) -> list[tuple[Window, list[tuple[int, int]]]]:
    """The windows of an article and the words of each; with ``rng``, cut at other places."""
    words = article["words"]
    lengths = [[pieces.length(word) for word in sentence] for sentence in words]
    first = {"first": rng.randint(20, 190)} if rng else {}
    return [
        (pieces.window([words[s][w] for s, w in places]), places)
        for places in cut(lengths, **first)
    ]


def shuffled_batches(windows: list[Window], budget: int, rng: random.Random) -> list[list[int]]:
    sizes = [len(window.pieces) for window in windows]
    found = batches(sizes, budget, key=lambda i: sizes[i] + rng.random() * 30)
    rng.shuffle(found)
    return found
