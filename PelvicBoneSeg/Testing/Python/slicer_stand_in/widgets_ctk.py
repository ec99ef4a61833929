"""CTK's widgets, as far as the panel uses them, on PySide6."""

from __future__ import annotations

from PySide6.QtCore import Property, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSlider, QWidget


class ctkSliderWidget(QWidget):
    """Libs/Widgets/ctkSliderWidget.cpp: a slider with a spin box beside it."""

    valueChanged = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._spin = QDoubleSpinBox(self)
        self._spin.setSingleStep(1)
        self._spin.valueChanged.connect(self._onSpin)
        self._slider.valueChanged.connect(
            lambda steps: self._spin.setValue(
                self._spin.minimum() + steps * self._spin.singleStep()
            )
        )
        self.setFocusProxy(self._slider)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._slider)
        layout.addWidget(self._spin)
        self._fit()

    def _onSpin(self, value: float) -> None:
        self._fit()
        self.valueChanged.emit(value)

    def _fit(self) -> None:
        spin = self._spin
        blocked = self._slider.blockSignals(True)
        self._slider.setRange(0, round((spin.maximum() - spin.minimum()) / spin.singleStep()))
        self._slider.setValue(round((spin.value() - spin.minimum()) / spin.singleStep()))
        self._slider.blockSignals(blocked)

    def _set(self, name: str, value: float) -> None:
        getattr(self._spin, name)(value)
        self._fit()

    value = Property(
        float, lambda self: self._spin.value(), lambda self, value: self._spin.setValue(value)
    )
    minimum = Property(
        float, lambda self: self._spin.minimum(), lambda self, value: self._set("setMinimum", value)
    )
    maximum = Property(
        float, lambda self: self._spin.maximum(), lambda self, value: self._set("setMaximum", value)
    )
    singleStep = Property(
        float,
        lambda self: self._spin.singleStep(),
        lambda self, value: self._set("setSingleStep", value),
    )
    decimals = Property(
        int,
        lambda self: self._spin.decimals(),
        lambda self, value: self._spin.setDecimals(value),
    )
