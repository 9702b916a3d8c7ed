"""Links of `karyoscope track` and of laptrack on a movie with known tracks, judged by py-ctcmetrics.

Both are given the truth's objects, their ids shuffled in each frame, and the images. laptrack is
given every cut-off of a list, with and without brightness, the movie as it is and with the mean drift
of breast_cancer_left taken off (DRIFT); its best is what counts. Times are medians of five: of
karyoscope the whole command with reading and writing files, of laptrack the call of predict alone.
--ratio ROUNDS compares times alone: both in turn, laptrack at the settings that did best, without and
with the drift taken off by hand.

  pip install py-ctcmetrics laptrack tifffile imagecodecs
  python tracking.py KARYOSCOPE MOVIE     (MOVIE holds images/ and tracks/man_track*)
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import warnings

import numpy as np
import pandas as pd
import tifffile

DRIFT = (-15.0, -3.0)  # y, x in pixels a frame, read off that movie by hand
METRICS = ["TRA", "LNK", "DET", "SEG", "BC"]


def shuffled(movie, folder, rng):
    """Label frames with ids that say nothing; the truth in the challenge's layout."""
    truth = folder / "GT"
    for part in ("TRA", "SEG"):
        (truth / part).mkdir(parents=True)
    (folder / "labels").mkdir()
    frames = []
    for t, file in enumerate(sorted((movie / "tracks").glob("*.tif"))):
        mask = tifffile.imread(file)
        shutil.copy(file, truth / "TRA" / f"man_track{t:03d}.tif")
        shutil.copy(file, truth / "SEG" / f"man_seg{t:03d}.tif")
        ids = np.unique(mask)
        ids = ids[ids > 0]
        table = np.zeros(int(mask.max()) + 1, np.uint16)
        table[ids] = rng.permutation(len(ids)) + 1
        tifffile.imwrite(folder / "labels" / f"t{t:03d}.tif", table[mask])
        frames.append(table[mask])
    shutil.copy(movie / "tracks" / "man_track.txt", truth / "TRA" / "man_track.txt")
    return frames, truth


def division_f1(result, truth):
    """Divisions by their daughters' first frame and place: all three ids are the same objects."""

    def divisions(folder, text, pattern):
        lines = np.loadtxt(folder / text, dtype=int, ndmin=2)
        masks = [tifffile.imread(f) for f in sorted(folder.glob(pattern))]
        found = set()

        def place(t, label):
            y, x = np.nonzero(masks[t] == label)
            return (t, round(float(y.mean()), 2), round(float(x.mean()), 2))

        for parent in set(lines[:, 3]) - {0}:
            last = int(lines[lines[:, 0] == parent][0][2])
            for child in lines[lines[:, 3] == parent]:
                found.add((parent, place(last, parent), place(int(child[1]), child[0])))
        families = {}
        for parent, mother, daughter in found:
            families.setdefault((parent, mother), []).append(daughter)
        return {(m, tuple(sorted(d))) for (_, m), d in families.items()}

    ours = divisions(result, "res_track.txt", "mask*.tif")
    true = divisions(truth / "TRA", "man_track.txt", "man_track*.tif")
    return 2 * len(ours & true) / max(1, len(ours) + len(true))


def judge(result, truth):
    from ctc_metrics import evaluate_sequence

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = evaluate_sequence(str(result), str(truth), metrics=["DET", "SEG", "TRA", "LNK", "BC"])
    row = {k: float(v) for k, v in values.items() if k.startswith(tuple(METRICS)) and v is not None}
    row["division_f1"] = division_f1(result, truth)
    return row


def write_result(folder, frames, table, tracks):
    """`table`: per frame, id -> track; `tracks`: (label, first, last, parent)."""
    folder.mkdir()
    for t, frame in enumerate(frames):
        look = np.zeros(int(frame.max()) + 1, np.uint16)
        for label, track in table[t].items():
            look[label] = track
        tifffile.imwrite(folder / f"mask{t:03d}.tif", look[frame])
    (folder / "res_track.txt").write_text("".join("%d %d %d %d\n" % row for row in tracks))


def with_laptrack(folder, frames, images, cutoff, split, brightness, drift):
    import laptrack
    from scipy.ndimage import center_of_mass, mean

    rows = []
    for t, frame in enumerate(frames):
        ids = np.arange(1, frame.max() + 1)
        values = mean(images[t], frame, ids)
        for label, (y, x), value in zip(ids, center_of_mass(frame > 0, frame, ids), values):
            rows.append((t, label, y, x, brightness * np.log(value)))
    spots = pd.DataFrame(rows, columns=["frame", "label", "y", "x", "b"])
    if drift:
        spots["y"] -= drift[0] * spots["frame"]
        spots["x"] -= drift[1] * spots["frame"]
    tracker = laptrack.LapTrack(
        metric="sqeuclidean", cutoff=cutoff**2, splitting_metric="sqeuclidean",
        splitting_cutoff=split**2 if split else False, gap_closing_cutoff=False)
    start = time.perf_counter()
    found, splits, _ = tracker.predict_dataframe(
        spots, coordinate_cols=["y", "x", "b"], frame_col="frame", only_coordinate_cols=False)
    seconds = time.perf_counter() - start
    found = found.reset_index(drop=True)
    parents = {} if len(splits) == 0 else dict(
        zip(splits["child_track_id"] + 1, splits["parent_track_id"] + 1))
    table = [dict() for _ in frames]
    for row in found.itertuples():
        table[int(row.frame)][int(row.label)] = int(row.track_id) + 1
    spans = found.groupby("track_id")["frame"].agg(["min", "max"])
    tracks = [(int(k) + 1, int(a), int(b), int(parents.get(k + 1, 0)))
              for k, (a, b) in zip(spans.index, spans.to_numpy())]
    write_result(folder, frames, table, tracks)
    return seconds


def compare_times(rounds, folder, frames, images, track):
    rows = []
    for n in range(rounds):
        rows.append((track(),
                     with_laptrack(folder / f"a{n}", frames, images, 25, 25, 0, DRIFT),
                     with_laptrack(folder / f"b{n}", frames, images, 30, 25, 30, None)))
        print(json.dumps(dict(zip(("karyoscope", "laptrack", "laptrack_brightness"), rows[-1]))),
              flush=True)
    middle = np.median(rows, axis=0)
    print(json.dumps({"karyoscope_s": middle[0], "laptrack_s": middle[1],
                      "laptrack_brightness_s": middle[2],
                      "ratio": np.median([r[1] / r[0] for r in rows]),
                      "ratio_brightness": np.median([r[2] / r[0] for r in rows])}), flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("karyoscope")
    options.add_argument("movie", type=pathlib.Path)
    options.add_argument("--ours", action="store_true", help="leave laptrack out")
    options.add_argument("--arguments", default="", help="for karyoscope track")
    options.add_argument("--ratio", type=int, default=0, help="rounds; compares times alone")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        frames, truth = shuffled(given.movie, folder, np.random.default_rng(1))
        images = [tifffile.imread(f) for f in sorted((given.movie / "images").glob("*.tif"))]

        def track():
            start = time.perf_counter()
            subprocess.run(
                [given.karyoscope, "track", "--labels", folder / "labels", "--images",
                 given.movie / "images", "--output", folder / "ours", "--quiet",
                 *given.arguments.split()], check=True, capture_output=True)
            return time.perf_counter() - start

        if given.ratio:
            compare_times(given.ratio, folder, frames, images, track)
            return
        seconds = [track() for _ in range(1 if given.ours else 5)]
        print(json.dumps({"karyoscope": judge(folder / "ours", truth),
                          "seconds": float(np.median(seconds))}), flush=True)
        if given.ours:
            return
        drift = None
        best = {}
        count = 0
        for moved in (None, DRIFT):  # as it is; the movie's mean drift taken off by hand
            for brightness in (0, 30):
                for cutoff in (15, 20, 25, 30, 40):
                    for split in (0, 20, 30):
                        drift, count = moved, count + 1
                        out = folder / f"lap{count}"
                        took = with_laptrack(out, frames, images, cutoff, split, brightness, drift)
                        row = judge(out, truth)
                        row.update(cutoff=cutoff, split=split, brightness=brightness,
                                   drift_by_hand=moved is not None, seconds=took)
                        kind = ("drift by hand" if moved else "plain") + (
                            ", brightness" if brightness else "")
                        if kind not in best or row["LNK"] > best[kind]["LNK"]:
                            best[kind] = row
        for kind, row in best.items():
            print(json.dumps({"laptrack, " + kind: row}), flush=True)


if __name__ == "__main__":
    main()
