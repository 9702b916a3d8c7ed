#include "models/io/threshold_search.h"

#include <algorithm>
#include <tuple>

#include "models/io/history.h"

namespace karyo {
namespace {

std::filesystem::path file_of(const std::filesystem::path& model) {
  return model / "threshold_search.csv";
}

bool is_share(double value) {
  return value >= 0 && value <= 1;  // not NaN either
}

}  // namespace

Result<std::vector<ThresholdTry>> read_threshold_search(const std::filesystem::path& model) {
  KARYO_TRY(const History table, read_history(file_of(model)));
  if (table.columns.empty()) return std::vector<ThresholdTry>();
  const int nms = table.column("nms"), prob = table.column("prob"), score = table.column("score");
  const Error damaged(ErrorCode::kBadFile,
                      file_of(model).string() + " is no table of nms, prob and score, each 0 to 1",
                      "Delete it; karyoscope thresholds writes it anew.");
  if (nms < 0 || prob < 0 || score < 0) return damaged;
  std::vector<ThresholdTry> tries;
  for (const auto& row : table.rows) {
    const ThresholdTry one{row[static_cast<std::size_t>(nms)], row[static_cast<std::size_t>(prob)],
                           row[static_cast<std::size_t>(score)]};
    if (!is_share(one.nms) || !is_share(one.prob) || !is_share(one.score)) return damaged;
    tries.push_back(one);
  }
  std::sort(tries.begin(), tries.end(), [](const ThresholdTry& a, const ThresholdTry& b) {
    return std::tie(a.nms, a.prob) < std::tie(b.nms, b.prob);
  });
  return tries;
}

Result<void> write_threshold_search(const std::filesystem::path& model,
                                    const std::vector<ThresholdTry>& tries) {
  History table;
  table.columns = {"nms", "prob", "score"};
  for (const ThresholdTry& one : tries) table.rows.push_back({one.nms, one.prob, one.score});
  return write_history(file_of(model), table);
}

}  // namespace karyo
