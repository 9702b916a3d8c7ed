#!/usr/bin/env python3
"""Times what napari does to show a change: the counterpart of karyoscope_bench's frames.

    xvfb-run -a -s "-screen 0 1920x1200x24" python napari_refresh.py [--frames 60] [--only REGEX]

One frame is a change and its picture: the layer slices itself, vispy draws it on the canvas of
1600 x 1000 pixels and the canvas is read back, so that the drawing has really been done. Prints
JSON: {"NAME": {"median_ms": ..., "p95_ms": ...}}; the names are karyoscope_bench's. Images are noise
over blobs and labels of about 16 pixels, as there.
"""

import argparse
import json
import re
import statistics
import time

import napari
import numpy as np
from napari.layers.labels._labels_utils import interpolate_coordinates
from qtpy.QtWidgets import QApplication

WIDTH, HEIGHT = 1600, 1000


def image_of(shape):
    rng = np.random.default_rng(1)
    rows = np.arange(shape[-2]) // 37 * 29 % 100
    columns = np.arange(shape[-1]) // 41 * 17 % 100
    plane = (rows[:, None] + columns[None]).astype(np.uint8)
    noise = rng.integers(0, 32, size=plane.shape, dtype=np.uint8)
    plane = plane + noise
    return plane if len(shape) == 2 else np.broadcast_to(plane, shape).copy()


def labels_of(shape):
    y, x = np.mgrid[: shape[-2], : shape[-1]]
    inside = (y % 20 - 10) ** 2 + (x % 20 - 10) ** 2 < 64
    plane = np.where(inside, (y // 20 * 997 + x // 20) % 16000 + 1, 0).astype(np.int32)
    return plane if len(shape) == 2 else np.broadcast_to(plane, shape).copy()


class Window:
    def __init__(self, layers):
        self.viewer = napari.Viewer(show=True)
        for kind, data in layers:
            getattr(self.viewer, "add_" + kind)(data)
        self.viewer.window.resize(WIDTH + 400, HEIGHT + 150)
        self.canvas = self.viewer.window._qt_viewer.canvas
        self.canvas.native.setFixedSize(WIDTH, HEIGHT)
        self.viewer.reset_view()
        self.draw()

    def draw(self):
        QApplication.processEvents()
        self.canvas._scene_canvas.render(alpha=False)

    def close(self):
        self.viewer.close()
        QApplication.processEvents()

    def time(self, change, frames):
        taken = []
        for number in range(-3, frames):
            start = time.perf_counter()
            change(number + 3)
            self.draw()
            if number >= 0:
                taken.append((time.perf_counter() - start) * 1000)
        taken.sort()
        return {"median_ms": statistics.median(taken), "p95_ms": taken[int(len(taken) * 0.95)]}


def scroll(window):
    def change(number):
        step = list(window.viewer.dims.current_step)
        step[0] = (number * 1 + 10) % window.viewer.dims.nsteps[0]
        window.viewer.dims.current_step = step

    return change


def pan(window):
    def change(number):
        _, y, x = window.viewer.camera.center
        window.viewer.camera.zoom = 1
        window.viewer.camera.center = (0, y + 7, x + 13)

    return change


def zoom(window):
    fit = window.viewer.camera.zoom

    def change(number):
        there = 1 - abs(number % 100 / 50 - 1)
        window.viewer.camera.zoom = fit * (16 / fit) ** there

    return change


def dab(window):
    layer = window.viewer.layers[-1]
    window.viewer.camera.zoom = 1
    layer.brush_size = 32
    middle = [s // 2 for s in layer.data.shape]

    def change(number):
        place = list(middle)
        place[-2] += number * 7 % 100
        place[-1] += number * 13 % 100
        layer.paint(place, number % 900 + 1)

    return change


def stroke(brush):
    """A stroke of 30 pieces, each painted as the mouse does it and drawn."""

    def begin(window):
        layer = window.viewer.layers[-1]
        window.viewer.camera.zoom = 1
        layer.brush_size = brush
        middle = np.array(layer.data.shape) / 2
        reach = min(300, middle[0] / 2)

        def place(number):
            angle = number * 0.12
            return middle + reach * np.array([np.sin(angle), np.cos(angle)])

        def change(number):
            layer.selected_label = number % 900 + 1
            for piece in range(30):
                for at in interpolate_coordinates(place(piece), place(piece + 1), brush):
                    layer.paint(at, layer.selected_label, refresh=False)
                layer.refresh()
                window.draw()

        return change

    return begin


def replace(window):
    layer = window.viewer.layers[-1]
    full, empty = layer.data, np.zeros_like(layer.data)

    def change(number):
        layer.data = full if number % 2 == 0 else empty

    return change


def select(window):
    layer = window.viewer.layers[-1]
    layer.show_selected_label = False

    def change(number):
        layer.selected_label = number * 37 % 4000 + 1
        layer.refresh()

    return change


def cases():
    for side in (512, 2048, 8192):
        shape = (side, side)
        both = lambda shape=shape: [("image", image_of(shape)), ("labels", labels_of(shape))]
        yield f"pan/{side}/labels", both, pan
        yield f"zoom/{side}", both, zoom
        yield f"labels_refresh/{side}/dab", both, dab
        yield f"labels_refresh/{side}/select", both, select
        yield f"labels_refresh/{side}/replace", both, replace
    for side in (512, 3072):
        shape = (side, side)
        both = lambda shape=shape: [("image", image_of(shape)), ("labels", labels_of(shape))]
        for brush in (8, 64, 256):
            yield f"stroke/2d/{side}/brush{brush}", both, stroke(brush)
    for side in (128, 512):
        shape = (side, side, side)
        stack = lambda shape=shape: [("image", image_of(shape))]
        both = lambda shape=shape: [("image", image_of(shape)), ("labels", labels_of(shape))]
        yield f"scroll/{side}/fit/xy", stack, scroll
        yield f"scroll/{side}/labels/xy", both, scroll
        yield f"labels_refresh/stack_{side}/dab", both, dab


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    QApplication.instance() or QApplication([])
    times = {"napari": napari.__version__}
    for name, layers, change in cases():
        if not re.search(args.only, name):
            continue
        window = Window(layers())
        times[name] = window.time(change(window), args.frames)
        window.close()
    print(json.dumps(times, indent=1))


if __name__ == "__main__":
    main()
