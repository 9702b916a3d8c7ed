#pragma once

/// What the window and karyoscope-worker say to each other: JSON objects, one a line.
///
///   to the worker    {"id":7,"ask":"candidates","model":"…","image":"…",…}   {"cancel":7}
///   from the worker  {"id":7,"fraction":0.4,"doing":"…"}                       while it works
///                    {"id":7,"done":{…}}     {"id":7,"failed":{"code":…,"what":…,"fix":…}}
///
/// Pictures and results go through files that the lines name. Questions:
///   open        model → {"description"}: loaded, and kept for the next question
///   candidates  model, image (a file), z (from 0; a 3D model takes all planes at once), least
///               (probability), output → writes what NMS would choose from
///               (models/io/candidates_file.h); {"count"}. side (0 to 3, app/worker/sides.h): of
///               the mirrored image, with their points turned back. part (y, x where it begins, y,
///               x where it ends; with side 0): only there, and about the same around it

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace karyo::worker {

/// Longer lines are an error of the other side.
constexpr std::size_t kLongestLine = std::size_t{1} << 20;

struct Question {
  std::uint64_t id = 0;
  std::string ask;  ///< empty: gives up question `id`
  nlohmann::json arguments = nlohmann::json::object();
};
std::string line_of(const Question& question);
/// Errors: kBadFile.
Result<Question> question_from(std::string_view line);

struct Answer {
  enum class Kind { kProgress, kDone, kFailed };
  std::uint64_t id = 0;
  Kind kind = Kind::kProgress;
  double fraction = 0;
  std::string doing;
  nlohmann::json done = nlohmann::json::object();
  Error failed{ErrorCode::kInternal, "", ""};
};
std::string line_of(const Answer& answer);
/// Errors: kBadFile.
Result<Answer> answer_from(std::string_view line);

/// Collects bytes as they come into whole lines.
class LineBuffer {
 public:
  /// Errors: kTooLarge for a line beyond kLongestLine.
  Result<void> add(std::string_view bytes);
  /// False when there is no whole line; else it is taken out, without its end.
  bool take(std::string& line);

 private:
  std::string bytes_;
};

}  // namespace karyo::worker
