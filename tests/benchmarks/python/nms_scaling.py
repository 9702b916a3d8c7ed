#!/usr/bin/env python3
"""Suppression against the number of nuclei: runs karyoscope_bench, draws docs/images/nms_scaling.svg.

    nms_scaling.py build/release/bin/karyoscope_bench OUT.svg [ROUNDS]

Times are processor time of all threads together. Prints them and the slope in the upper decade,
1 where the cost is linear. Needs nothing but Python.
"""
import json
import math
import statistics
import subprocess
import sys

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 640, 400, 70, 40, 60
COLOURS = {"nms_2d": "#0072b2", "nms_3d": "#d55e00"}
NAMES = {"nms_2d": "2D, 32 rays", "nms_3d": "3D, 96 rays"}


def measure(bench, rounds):
    command = [bench, "--benchmark_filter=^nms_", "--benchmark_format=json",
               f"--benchmark_repetitions={rounds}", "--benchmark_min_time=0.1"]
    times = {}
    for run in json.loads(subprocess.check_output(command))["benchmarks"]:
        if run["run_type"] == "iteration":
            name, nuclei = run["run_name"].split("/")[:2]
            # Of all threads: a busy machine does not change it much.
            times.setdefault(name, {}).setdefault(int(nuclei), []).append(run["cpu_time"])
    return {name: sorted((n, statistics.median(ms)) for n, ms in points.items())
            for name, points in times.items()}


def slope(points):
    """Of log time over log number, from a tenth of the largest number on: 1 is linear."""
    most = points[-1][0]
    part = [(math.log(n), math.log(ms)) for n, ms in points if n >= most / 10]
    x, y = (sum(v) / len(part) for v in zip(*part))
    return sum((a - x) * (b - y) for a, b in part) / sum((a - x) ** 2 for a, _ in part)


def draw(found, path):
    every = [p for points in found.values() for p in points]
    x0, x1 = math.floor(math.log10(min(n for n, _ in every))), math.ceil(math.log10(max(n for n, _ in every)))
    y0, y1 = math.floor(math.log10(min(t for _, t in every))), math.ceil(math.log10(max(t for _, t in every)))

    def x(n):
        return LEFT + (math.log10(n) - x0) / (x1 - x0) * (WIDTH - LEFT - 30)

    def y(ms):
        return HEIGHT - BOTTOM - (math.log10(ms) - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
           'font-size="13">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']

    def line(xa, ya, xb, yb, style):
        out.append(f'<line x1="{xa:.1f}" y1="{ya:.1f}" x2="{xb:.1f}" y2="{yb:.1f}" {style}/>')

    def text(xa, ya, words, style=""):
        out.append(f'<text x="{xa:.1f}" y="{ya:.1f}" {style}>{words}</text>')

    grid = 'stroke="#dddddd"'
    for e in range(x0, x1 + 1):
        line(x(10**e), y(10**y0), x(10**e), y(10**y1), grid)
        text(x(10**e), HEIGHT - BOTTOM + 20, f"{10**e:,}".replace(",", " "), 'text-anchor="middle"')
    for e in range(y0, y1 + 1):
        line(x(10**x0), y(10**e), x(10**x1), y(10**e), grid)
        label = f"{10**e} ms" if e < 3 else f"{10**(e - 3)} s"
        text(LEFT - 8, y(10**e) + 4, label, 'text-anchor="end"')
    text((LEFT + WIDTH) / 2, HEIGHT - 15, "nuclei, each found 12 times", 'text-anchor="middle"')
    for name, points in found.items():
        colour = COLOURS[name]
        n, ms = points[-1]
        line(x(points[0][0]), y(max(ms * points[0][0] / n, 10**y0)), x(n), y(ms),
             f'stroke="{colour}" stroke-dasharray="3 4"')
        path_of = " ".join(f"{x(n):.1f},{y(ms):.1f}" for n, ms in points)
        out.append(f'<polyline points="{path_of}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for n, ms in points:
            out.append(f'<circle cx="{x(n):.1f}" cy="{y(ms):.1f}" r="4" fill="{colour}"/>')
        text(x(n) - 8, y(ms) - 10, NAMES[name], f'text-anchor="end" fill="{colour}"')
    text(LEFT, 22, "Suppression of overlaps, processor time (dashed: as long for each nucleus)", 'font-size="14"')
    out.append("</svg>")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out) + "\n")


def main():
    bench, path = sys.argv[1:3]
    found = measure(bench, int(sys.argv[3]) if len(sys.argv) > 3 else 3)
    draw(found, path)
    for name, points in found.items():
        print(NAMES[name] + ": " + "; ".join(
            f"{n} nuclei {ms:.0f} ms ({1000 * ms / n:.0f} us each)" for n, ms in points)
              + f"; slope {slope(points):.2f}")


if __name__ == "__main__":
    main()
