"""Slices interpolated by the worker, and the result put beside the segmentation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ...errors import Cancelled
from ...scene.isotropic import IsotropicJob, apply_isotropic, prepare_isotropic
from ...worker.isotropic import isotropic_request
from ...worker.messages import Failed, Finished, Message, Progress
from ..run.steps import Steps
from ..run.worker_process import WorkerProcess


class IsotropicRun:
    """One interpolation, from the segments to the second segmentation.

    Parameters
    ----------
    worker
        Asks the network and interpolates. It must be idle.
    node
        The vtkMRMLSegmentationNode.
    bundle, device
        Which network, and where.
    progressed
        Called with the fraction done and the stage.
    ended
        Called once: with the new vtkMRMLSegmentationNode, or with what went wrong; `Cancelled`
        where it was stopped.
    """

    def __init__(
        self,
        worker: WorkerProcess,
        node: Any,
        bundle: str,
        device: str,
        progressed: Callable[[float, str], None],
        ended: Callable[[Any], None],
    ) -> None:
        self.node = node
        self.stopping = False
        self._worker = worker
        self._bundle, self._device = bundle, device
        self._progressed, self._ended = progressed, ended
        self._steps = Steps()

    def start(self) -> None:
        """Begin."""
        self._steps.start(prepare_isotropic(self.node), self._ask, self._end)

    def stop(self) -> None:
        """Stop with what it is at."""
        self.stopping = True
        if self._steps.busy:
            self._steps.stop()
            self._end(Cancelled())
        else:
            self._worker.cancel()

    def drop(self) -> None:
        """Forget it, with no word to anyone."""
        self._steps.shut_down()
        self._ended = lambda outcome: None
        self._worker.cancel()

    def _ask(self, job: IsotropicJob) -> None:
        request = isotropic_request(
            job.volume, job.labels, job.smoothing, self._bundle, self._device
        )
        try:
            self._worker.start(request, partial(self._receive, job))
        except Exception as error:  # handed over whole: it is shown and logged
            self._end(error)

    def _receive(self, job: IsotropicJob, message: Message) -> None:
        if isinstance(message, Progress):
            self._progressed(message.fraction, message.stage)
        elif isinstance(message, Failed):
            self._end(message.error)
        elif isinstance(message, Finished):
            try:
                node = apply_isotropic(job, message.result)
            except Exception as error:  # handed over whole, as above
                self._end(error)
            else:
                self._end(node)

    def _end(self, outcome: Any) -> None:
        # Its timer would keep it, and the scan, alive.
        self._steps.shut_down()
        ended, self._ended = self._ended, lambda outcome: None
        ended(outcome)
