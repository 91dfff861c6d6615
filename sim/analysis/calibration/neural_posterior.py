"""The neural path: neural posterior estimation by `sbi`, a normalising flow that is the posterior for any data."""

import contextlib
import importlib.util
import io
import logging
import warnings
from typing import Any

import numpy as np

from sim.analysis.calibration.training_set import Training, shares_of
from sim.scenario.problems import BadInput

_MOST_EPOCHS, _PATIENCE = 200, 12


def sbi_is_installed() -> bool:
    """Whether this path can be taken."""
    return importlib.util.find_spec("sbi") is not None and importlib.util.find_spec("torch") is not None


class NeuralPosterior:
    """Learned once, for any data. Raises BadInput where sbi is not installed."""

    name = "neural"

    def __init__(self, learned: Training, seed: int, flow: str = "maf", epochs: int = _MOST_EPOCHS) -> None:
        if not sbi_is_installed():
            raise BadInput(
                "the neural path needs sbi and torch: make calibrate installs them, or pip install 'warrantsim[calibrate]'; or calibrate --light"
            )
        import torch

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from sbi.inference import NPE
            from sbi.neural_nets import posterior_nn

            logging.getLogger("sbi").setLevel(logging.ERROR)
            torch.manual_seed(seed)
            parameters = learned.scores.shape[1]
            prior = torch.distributions.MultivariateNormal(torch.zeros(parameters), torch.eye(parameters))
            with contextlib.redirect_stdout(io.StringIO()):  # a line an epoch
                inference: Any = NPE(
                    prior,
                    density_estimator=posterior_nn(flow, hidden_features=40, num_transforms=4),
                    show_progress_bars=False,
                    tracker=_NoLogs(),
                )
                inference.append_simulations(_tensor(learned.scores), _tensor(learned.summaries))
                estimator = inference.train(
                    training_batch_size=256,
                    stop_after_epochs=_PATIENCE,
                    max_num_epochs=epochs,
                    validation_fraction=0.1,
                )
            self._posterior: Any = inference.build_posterior(estimator)

    def sample(self, summaries: np.ndarray, draws: int, seed: int) -> np.ndarray:
        """Draws as shares of the prior (draws, parameters)."""
        import torch

        torch.manual_seed(seed)
        found = self._posterior.sample((draws,), x=_tensor(summaries[None]), show_progress_bars=False)
        return shares_of(found.numpy().astype(np.float64))


class _NoLogs:
    """A tracker that writes nothing: sbi's own leaves a folder of TensorBoard logs wherever one stands."""

    log_dir = None

    def log_metric(self, name: str, value: float, step: int | None = None) -> None:
        pass

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        pass

    def log_params(self, params: dict[str, Any]) -> None:
        pass

    def add_figure(self, name: str, figure: Any, step: int | None = None) -> None:
        pass

    def flush(self) -> None:
        pass


def _tensor(values: np.ndarray) -> Any:
    import torch

    return torch.as_tensor(np.asarray(values, np.float32))
