#pragma once

/// The cheapest set of links from one frame to another.

#include <cstdint>
#include <vector>

#include "core/base/result.h"

namespace karyo {

/// A link that may be. Costs are in squared standard deviations.
struct LinkChoice {
  std::size_t from = 0, to = 0;
  double cost = 0;
};
/// A division that may be, its whole cost included.
struct DivisionChoice {
  std::size_t from = 0, first = 0, second = 0;
  double cost = 0;
};

struct FrameLinks {
  std::vector<std::int64_t> from;  ///< by object of the later frame; -1: nothing leads to it
  std::vector<double> confidence;  ///< by object of the later frame; see TrackLink
};

/// Each later object has one predecessor or begins, each earlier one has a successor, two, or ends;
/// ending and beginning cost `end_cost` each. A division needs a choice of its own in `divisions`,
/// which is by `from`. Exact without divisions; with them, the price of a second successor is that
/// of the parent's best division, and is corrected and solved again where another pair was taken.
/// Errors: kUnsupported in a build without LEMON.
Result<FrameLinks> cheapest_links(std::size_t earlier, std::size_t later,
                                  const std::vector<LinkChoice>& choices,
                                  const std::vector<std::vector<DivisionChoice>>& divisions,
                                  double end_cost);

}  // namespace karyo
