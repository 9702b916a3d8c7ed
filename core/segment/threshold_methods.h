#pragma once

/// The threshold methods one by one; inside core/segment only. Each takes counts with at least one
/// non-empty bin and returns the last bin of the darker class, or -1 where it finds none.

#include <cstdint>
#include <optional>
#include <span>

namespace karyo::threshold {

using Counts = std::span<const std::int64_t>;

struct BinRange {
  int first, last;
};
/// First and last bin that holds anything.
inline std::optional<BinRange> non_empty_range(Counts h) {
  int first = 0, last = static_cast<int>(h.size()) - 1;
  while (first <= last && h[static_cast<std::size_t>(first)] == 0) ++first;
  while (last >= first && h[static_cast<std::size_t>(last)] == 0) --last;
  if (first > last) return std::nullopt;
  return BinRange{first, last};
}

int default_method(Counts counts);
int huang(Counts counts);
int huang2(Counts counts);
int ij_isodata(Counts counts, bool keep_ends);
int intermodes(Counts counts);
int isodata(Counts counts);
int li(Counts counts);
int max_entropy(Counts counts);
int mean(Counts counts);
int min_error(Counts counts);
int minimum(Counts counts);
int moments(Counts counts);
int otsu(Counts counts);
int percentile(Counts counts);
int renyi_entropy(Counts counts);
int shanbhag(Counts counts);
int triangle(Counts counts);
int yen(Counts counts);

}  // namespace karyo::threshold
