#!/usr/bin/env python3
"""How long suggestions of a model at hand take: karyoscope-worker serve, asked as the window asks.

    warm_worker.py build/release/bin/karyoscope-worker MODEL IMAGE512.tif IMAGE1024.tif [SIDE ...]

Prints, in seconds, the first suggestion (program, model and picture from nothing), medians of five
warm ones for each picture and for regions of SIDE x SIDE pixels of the larger one, from its pixel
(100, 100) on, and what `predict` takes for the larger one (its second image: network, suppression,
reading and writing). The standard library is enough.
"""

import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


class Worker:
    def __init__(self, program):
        self.process = subprocess.Popen(
            [program, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.questions = 0

    def ask(self, what, **arguments):
        self.questions += 1
        self.process.stdin.write(json.dumps({"id": self.questions, "ask": what, **arguments}) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            answer = json.loads(line)
            if "failed" in answer:
                sys.exit(f"error: {answer['failed']['what']}")
            if answer.get("id") == self.questions and "done" in answer:
                return answer["done"]
        sys.exit("error: the worker ended")


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    program, model, small, large = sys.argv[1:5]
    sides = [int(side) for side in sys.argv[5:]]
    with tempfile.TemporaryDirectory() as folder:
        found = str(pathlib.Path(folder) / "found.safetensors")

        def suggest(worker, image, **where):
            begun = time.perf_counter()
            worker.ask("candidates", model=model, image=image, least=0.05, output=found, **where)
            return time.perf_counter() - begun

        begun = time.perf_counter()
        worker = Worker(program)
        worker.ask("open", model=model)
        suggest(worker, small)
        print(f"first suggestion: {time.perf_counter() - begun:.2f} s")
        for image in (small, large):
            times = [suggest(worker, image) for _ in range(6)][1:]
            print(f"warm, {pathlib.Path(image).name}: {statistics.median(times):.3f} s")
        for side in sides:
            part = [100, 100, 100 + side, 100 + side]
            times = [suggest(worker, large, part=part) for _ in range(6)][1:]
            print(f"warm, {side} x {side} of {pathlib.Path(large).name}: "
                  f"{statistics.median(times):.3f} s")
        images = pathlib.Path(folder) / "images"
        images.mkdir()
        for number in range(4):
            shutil.copy(large, images / f"{number}.tif")
        command = [program, "predict", "--model", model, "--input", str(images), "--output",
                   str(pathlib.Path(folder) / "results"), "--progress", "json"]
        events = subprocess.run(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
                                check=True).stderr
        times = [json.loads(line)["ms"] / 1000 for line in events.splitlines()
                 if line.startswith("{") and json.loads(line).get("event") == "file"]
        print(f"predict, {pathlib.Path(large).name}: {statistics.median(times[1:]):.3f} s")


if __name__ == "__main__":
    main()
