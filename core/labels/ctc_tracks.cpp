#include "core/labels/ctc_tracks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/base/text.h"
#include "core/io/image_io.h"
#include "core/labels/label_volume.h"
#include "core/labels/object_stats.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = std::uint64_t{64} << 20;
constexpr std::int64_t kMostFrames = 100'000;  // that are opened as layers

struct Span {
  std::int64_t first = 0, last = 0;
};

struct Lineage {
  std::map<std::int64_t, Span> tracks;  // by label
  std::map<std::int64_t, std::int64_t> parents;
};

/// Parents are tracks, and end before their children begin: nothing can then be its own ancestor.
Result<void> check_parents(const Lineage& lineage, const std::string& name) {
  for (const auto& [child, parent] : lineage.parents) {
    const std::string whose = name + ": the parent of track " + std::to_string(child);
    const auto found = lineage.tracks.find(parent);
    if (found == lineage.tracks.end()) {
      return Error(ErrorCode::kBadFile,
                   whose + ", " + std::to_string(parent) + ", is no track of the file",
                   "Add a line for that track, or write 0 for no parent.");
    }
    if (found->second.last >= lineage.tracks.at(child).first) {
      return Error(ErrorCode::kBadFile,
                   whose + ", " + std::to_string(parent) + ", has not ended when it begins",
                   "Let the parent's last frame be before the child's first, or write 0 for no "
                   "parent.");
    }
  }
  return {};
}

Result<Lineage> parse_lineage(const std::string& text, const std::string& name) {
  Lineage lineage;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::array<std::int64_t, 4> values{};
    std::size_t count = 0;
    bool good = true;
    const char* at = line.data();
    const char* const end = at + line.size();
    while (good) {
      at = std::find_if(at, end, [](char c) { return c != ' ' && c != '\t' && c != '\r'; });
      if (at == end) break;
      std::int64_t value = 0;
      const auto read = std::from_chars(at, end, value);
      good = read.ec == std::errc() && value >= 0 && count < values.size();
      if (good) values[count++] = value;
      at = read.ptr;
    }
    if (good && count == 0) continue;
    const auto [label, first, last, parent] = values;
    if (!good || count != 4 || label < 1 || label > 0xFFFFFFFF || last < first ||
        last > kMostFrame) {
      return Error(ErrorCode::kBadFile,
                   name + ", line " + std::to_string(number) + ": it describes no track",
                   "Write four whole numbers: label, first frame, last frame, parent or 0.");
    }
    if (!lineage.tracks.emplace(label, Span{first, last}).second) {
      return Error(ErrorCode::kBadFile,
                   name + ", line " + std::to_string(number) + ": track " + std::to_string(label) +
                       " has a line already",
                   "Give each track a label of its own.");
    }
    if (parent != 0) lineage.parents[label] = parent;
  }
  if (lineage.tracks.empty()) {
    return Error(ErrorCode::kBadFile, name + " describes no tracks",
                 "Write a line a track: label, first frame, last frame, parent or 0.");
  }
  KARYO_CHECK_OK(check_parents(lineage, name));
  return lineage;
}

/// Label frames beside the text, by their numbers.
std::map<std::int64_t, fs::path> frames_beside(const fs::path& path) {
  const std::string beginning =
      lower_ascii(path.stem().string()) == "man_track" ? "man_track" : "mask";
  std::map<std::int64_t, fs::path> frames;
  std::error_code failed;
  for (const auto& entry :
       fs::directory_iterator(path.parent_path().empty() ? "." : path.parent_path(), failed)) {
    const std::string stem = entry.path().stem().string();
    const std::string ending = lower_ascii(entry.path().extension().string());
    if (!stem.starts_with(beginning) || (ending != ".tif" && ending != ".tiff")) continue;
    std::int64_t number = 0;
    const char* const end = stem.data() + stem.size();
    const auto read = std::from_chars(stem.data() + beginning.size(), end, number);
    if (read.ec == std::errc() && read.ptr == end && number >= 0) frames[number] = entry.path();
  }
  return frames;
}

}  // namespace

bool is_ctc_tracks(const fs::path& path) {
  const std::string name = lower_ascii(path.filename().string());
  return name == "man_track.txt" || name == "res_track.txt";
}

namespace {

/// Called with each frame's number, labels and grid.
using TakeFrame = std::function<Result<void>(std::int64_t, LabelVolume, const VoxelGrid&)>;

Result<TrackList> read_tracks(const fs::path& path, TaskControl& control, const TakeFrame& take) {
  const std::string name = path.filename().string();
  KARYO_TRY(const std::string text, read_file(path, kMostBytes));
  KARYO_TRY(Lineage lineage, parse_lineage(text, name));
  const auto frames = frames_beside(path);
  if (frames.empty()) {
    return Error(ErrorCode::kNotFound, "no label frames lie beside " + name,
                 "Put man_track000.tif ... beside man_track.txt, mask000.tif ... beside "
                 "res_track.txt.");
  }
  for (const auto& [label, span] : lineage.tracks) {
    if (span.last <= frames.rbegin()->first) continue;
    return Error(ErrorCode::kBadFile,
                 name + ": track " + std::to_string(label) + " lasts until frame " +
                     std::to_string(span.last) + ", and the last label frame is " +
                     std::to_string(frames.rbegin()->first),
                 "Count frames from 0, and put all label frames beside the file.");
  }
  TrackList tracks;
  double read = 0;
  for (const auto& [t, file] : frames) {
    if (control.cancelled()) return cancelled_error("Opening " + name);
    control.report(read++ / static_cast<double>(frames.size()), "Opening " + name);
    KARYO_TRY(const Volume volume, read_image(file));
    auto labels = to_labels(volume, 0);
    if (!labels) return labels.error().in(file.filename().string());
    LabelVolume frame = LabelVolume::from_dense(labels->view());
    for (const auto& [id, object] : object_stats(frame)) {
      const auto track = lineage.tracks.find(id);
      if (track == lineage.tracks.end() || t < track->second.first || t > track->second.last) {
        continue;
      }
      if (tracks.points.size() == kMostMarks) {
        return Error(ErrorCode::kTooLarge,
                     name + " has more than " + std::to_string(kMostMarks) + " places",
                     "Open a part of the movie.");
      }
      tracks.points.push_back({id, t, {object.z + 0.5, object.y + 0.5, object.x + 0.5}});
    }
    if (take) {
      KARYO_CHECK_OK(take(t, std::move(frame), volume.grid));
    }
  }
  std::sort(tracks.points.begin(), tracks.points.end(),
            [](const TrackPoint& a, const TrackPoint& b) {
              return a.id != b.id ? a.id < b.id : a.t < b.t;
            });
  tracks.parents = std::move(lineage.parents);
  return tracks;
}

}  // namespace

Result<TrackList> read_ctc_tracks(const fs::path& path, TaskControl& control) {
  return read_tracks(path, control, {});
}

Result<CtcMovie> read_ctc_movie(const fs::path& path, TaskControl& control) {
  CtcMovie movie;
  const auto take = [&](std::int64_t t, LabelVolume labels, const VoxelGrid& grid) -> Result<void> {
    if (movie.frames.empty()) movie.grid = grid;
    const bool alike = movie.frames.empty() || labels.shape() == movie.frames.front().shape();
    if (!alike) {
      return Error(ErrorCode::kBadFile,
                   path.filename().string() + ": label frame " + std::to_string(t) +
                       " has another shape than the first",
                   "Give all label frames the same width, height and depth.");
    }
    if (t > kMostFrames) {
      return Error(ErrorCode::kTooLarge,
                   path.filename().string() + ": a label frame has the number " + std::to_string(t),
                   "Number label frames from 0, one after the other.");
    }
    // One that is not there is empty, and has no tiles.
    while (static_cast<std::int64_t>(movie.frames.size()) < t) {
      movie.frames.emplace_back(labels.shape());
    }
    movie.frames.push_back(std::move(labels));
    return {};
  };
  KARYO_TRY(movie.tracks, read_tracks(path, control, take));
  return movie;
}

}  // namespace karyo
