#pragma once

/// Statistics of an object's values, as ImageJ has them.

#include <vector>

namespace karyo {

struct ValueMeasures {
  double mean = 0;
  double deviation = 0;  ///< of the sample (n - 1)
  double mode = 0;  ///< of whole numbers the most frequent; else the middle of the fullest of 256
  double least = 0, most = 0;
  double median = 0;  ///< of whole numbers the upper of the middle pair
  double skewness = 0, kurtosis = 0;
  double percent_filled = 0;  ///< how many are not 0
  double sum = 0;
};

/// At least one value; sorts them. `whole`: the image's type is one of whole numbers.
/// Source: ImageJ 1.54, ImageStatistics and its kin.
ValueMeasures value_measures(std::vector<float>& values, bool whole);

}  // namespace karyo
