#pragma once

/// How values are spread, as plots show it. Values that are not finite are left out.

#include <cstdint>
#include <span>
#include <vector>

namespace karyo {

/// A number of the form 1, 2 or 5 times a power of ten, the least that is `at_least`; 1 for what is
/// not above 0.
double round_step(double at_least);

/// Round numbers from `low` to `high`, at most `most` (>= 2) of them; of one value, that value.
std::vector<double> round_ticks(double low, double high, int most);

/// Counts in bins of one width, which is a round number near Freedman's and Diaconis' (two
/// interquartile ranges over the cube root of the count); at most 60 bins.
struct ValueBins {
  double first = 0, width = 1;  ///< bin k covers [first + k width, first + (k + 1) width)
  std::vector<std::int64_t> counts;
  /// The bin of a value; -1: none.
  std::int64_t bin_of(double value) const;
};
ValueBins bins_of(std::span<const double> values);

/// Tukey's box: quartiles (linear interpolation, as numpy's), and the outermost values within 1.5
/// interquartile ranges of them. NaN without values.
struct BoxNumbers {
  double low = 0, first_quartile = 0, median = 0, third_quartile = 0, high = 0;
  std::int64_t count = 0;
};
BoxNumbers box_of(std::span<const double> values);

/// Mean and standard deviation (of a sample: over n - 1); NaN where there are too few values.
struct SpreadNumbers {
  double mean = 0, deviation = 0;
};
SpreadNumbers spread_of(std::span<const double> values);

}  // namespace karyo
