"""Dice and cross-entropy that ask nothing where the labels are silent."""

from __future__ import annotations

import torch
from monai.losses import DiceLoss
from torch.nn import functional


class MarginalDiceCrossEntropy(torch.nn.Module):
    """Sum of soft Dice loss over the bones and cross-entropy, both of marginal probabilities.

    Where the label is background but silent about some bones, it stands for "background or one of
    those": their probabilities are added to that of the background before they are compared. So
    nothing pushes the network towards a bone there or away from it, and what it may not be is
    still taught. Without silent voxels this is the usual Dice and cross-entropy.

    References
    ----------
    Shi G. et al., Marginal loss and exclusion loss for partially supervised multi-organ
    segmentation, Medical Image Analysis 70 (2021) 101979.

    Parameters
    ----------
    bits
        For each output channel but the first, its bit in the silent mask.
    """

    def __init__(self, bits: tuple[int, ...]) -> None:
        super().__init__()
        self.register_buffer("_bits", torch.tensor(bits)[None, :, None, None])
        self._dice = DiceLoss(include_background=False, batch=True)

    def forward(
        self, logits: torch.Tensor, labels: torch.Tensor, silent: torch.Tensor
    ) -> torch.Tensor:
        """Compare.

        Parameters
        ----------
        logits
            float32, shape (N, classes, H, W).
        labels
            int64, shape (N, H, W); channel numbers.
        silent
            uint8, shape (N, H, W); bits as in `data.cases.LabelledScan`.

        Returns
        -------
        A scalar.
        """
        is_background = (labels == 0)[:, None]
        open_ = ((silent[:, None].int() >> self._bits) & 1).bool() & is_background
        logs = functional.log_softmax(logits, dim=1)
        answers = torch.cat([torch.ones_like(is_background), open_], dim=1)
        background = logs.masked_fill(~answers, -torch.inf).logsumexp(dim=1)
        bone = logs.gather(1, labels[:, None])[:, 0]
        cross_entropy = -torch.where(is_background[:, 0], background, bone).mean()
        bones = logs[:, 1:].exp().masked_fill(open_, 0)
        truth = functional.one_hot(labels, logits.shape[1]).movedim(-1, 1)[:, 1:]
        # MONAI drops the first channel as the background: any stands in for it.
        dice = self._dice(*(torch.cat([part[:, :1], part], dim=1) for part in (bones, truth)))
        return dice + cross_entropy
