// Methods that weigh the two classes by entropy or fuzziness: counts in, bin out. Each follows its
// paper as ImageJ does, down to the order of comparisons.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/segment/threshold_arithmetic.h"

namespace karyo::threshold {
namespace {

constexpr double kSmallestDouble = 4.9e-324;  // Java's Double.MIN_VALUE
constexpr double kEpsilon = 2.220446049250313e-16;

/// Cumulative probability of the darker class and its complement, as the entropy methods use them.
struct Cumulative {
  explicit Cumulative(std::span<const double> p) : dark(p.size()), bright(p.size()) {
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
      sum += p[i];
      dark[i] = sum;
      bright[i] = 1.0 - sum;
    }
  }
  /// First bin with anything at or below it.
  int first() const {
    for (int i = 0; i < static_cast<int>(dark.size()); ++i) {
      if (!(std::abs(dark[static_cast<std::size_t>(i)]) < kEpsilon)) return i;
    }
    return 0;
  }
  /// Last bin with anything above it.
  int last() const {
    for (int i = static_cast<int>(bright.size()) - 1; i >= first(); --i) {
      if (!(std::abs(bright[static_cast<std::size_t>(i)]) < kEpsilon)) return i;
    }
    return static_cast<int>(bright.size()) - 1;
  }
  std::vector<double> dark, bright;
};

}  // namespace

/// Huang & Wang 1995: least fuzziness by Shannon's entropy.
int huang(Counts h) {
  const auto range = non_empty_range(h);
  if (!range) return -1;
  const int n = static_cast<int>(h.size());
  const auto [a, b] = *range;
  const double term = 1.0 / (b - a);
  std::vector<double> dark_mean(h.size()), bright_mean(h.size());
  std::int32_t sum = 0, count = 0;
  for (int i = a; i < n; ++i) {
    sum = wrap(sum + std::int64_t{i} * wrap(h[static_cast<std::size_t>(i)]));
    count = wrap(count + h[static_cast<std::size_t>(i)]);
    dark_mean[static_cast<std::size_t>(i)] = sum / static_cast<double>(count);
  }
  sum = count = 0;
  for (int i = b; i > 0; --i) {
    sum = wrap(sum + std::int64_t{i} * wrap(h[static_cast<std::size_t>(i)]));
    count = wrap(count + h[static_cast<std::size_t>(i)]);
    bright_mean[static_cast<std::size_t>(i - 1)] = sum / static_cast<double>(count);
  }
  const auto entropy = [term](double distance) {
    const double member = 1.0 / (1.0 + term * std::abs(distance));
    if (member < 1e-6 || member > 0.999999) return 0.0;
    return -member * std::log(member) - (1.0 - member) * std::log(1.0 - member);
  };
  int best = -1;
  double least = std::numeric_limits<double>::max();
  for (int k = 0; k < n; ++k) {
    double fuzziness = 0;
    for (int i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      // Empty bins are left out for speed; they would add 0.
      if (h[at] == 0) continue;
      const double mean = (i <= k ? dark_mean : bright_mean)[static_cast<std::size_t>(k)];
      fuzziness += entropy(i - mean) * static_cast<double>(h[at]);
    }
    if (fuzziness < least) {
      least = fuzziness;
      best = k;
    }
  }
  return best;
}

/// Huang by J. Schindelin's faster variant: means rounded to whole bins.
int huang2(Counts h) {
  const auto range = non_empty_range(h);
  if (!range || range->first == range->last) return 0;
  const auto [a, b] = *range;
  const auto size = static_cast<std::size_t>(b) + 1;
  std::vector<double> count(size), weighted(size);
  count[0] = static_cast<double>(h[0]);
  for (int i = std::max(1, a); i <= b; ++i) {
    const auto at = static_cast<std::size_t>(i);
    count[at] = count[at - 1] + static_cast<double>(h[at]);
    weighted[at] = weighted[at - 1] + i * static_cast<double>(h[at]);
  }
  const double spread = b - a;
  std::vector<double> entropy(static_cast<std::size_t>(b - a) + 1);
  for (std::size_t d = 1; d < entropy.size(); ++d) {
    const double member = 1.0 / (1.0 + static_cast<double>(d) / spread);
    entropy[d] = -member * std::log(member) - (1.0 - member) * std::log(1.0 - member);
  }
  const auto entropy_at = [&](int distance) {
    return entropy[std::min(static_cast<std::size_t>(std::abs(distance)), entropy.size() - 1)];
  };
  int best = 0;
  double least = std::numeric_limits<double>::max();
  for (int k = a; k <= b; ++k) {
    const auto at = static_cast<std::size_t>(k);
    double fuzziness = 0;
    int mean = rounded(weighted[at] / count[at]);
    for (int i = a; i <= k; ++i) {
      fuzziness += entropy_at(i - mean) * static_cast<double>(h[static_cast<std::size_t>(i)]);
    }
    mean = rounded((weighted[size - 1] - weighted[at]) / (count[size - 1] - count[at]));
    for (int i = k + 1; i <= b; ++i) {
      fuzziness += entropy_at(i - mean) * static_cast<double>(h[static_cast<std::size_t>(i)]);
    }
    if (fuzziness < least) {
      least = fuzziness;
      best = k;
    }
  }
  return best;
}

/// Li & Tam 1998: minimum cross entropy by iteration.
int li(Counts h) {
  const int n = static_cast<int>(h.size());
  double mean = 0;
  for (int i = 0; i < n; ++i) mean += i * static_cast<double>(h[static_cast<std::size_t>(i)]);
  mean /= total_of(h);
  double next = mean, old = 0;
  int threshold = 0;
  // ImageJ has no bound; the bin sequence repeats within n steps or has converged.
  for (int round = 0; round < 4 * n + 1000; ++round) {
    old = next;
    threshold = truncated(old + 0.5);
    std::int32_t sum = 0, count = 0;
    const auto mean_of = [&](int from, int to) {
      sum = count = 0;
      for (int i = from; i <= to; ++i) {
        const auto in_bin = wrap(h[static_cast<std::size_t>(i)]);
        sum = wrap(sum + std::int64_t{i} * in_bin);
        count = wrap(std::int64_t{count} + in_bin);
      }
      return count == 0 ? 0.0 : static_cast<double>(sum) / count;
    };
    const double dark = mean_of(0, std::min(threshold, n - 1));
    const double bright = mean_of(std::max(0, threshold + 1), n - 1);
    const double z = (dark - bright) / (std::log(dark) - std::log(bright));
    next = z < -kEpsilon ? truncated(z - 0.5) : truncated(z + 0.5);
    if (!(std::abs(next - old) > 0.5)) break;
  }
  return threshold;
}

/// Kapur, Sahoo & Wong 1985.
int max_entropy(Counts h) {
  const auto p = probabilities(h);
  const Cumulative cumulative(p);
  int best = -1;
  double greatest = kSmallestDouble;
  for (int k = cumulative.first(); k <= cumulative.last(); ++k) {
    const double dark = cumulative.dark[static_cast<std::size_t>(k)];
    const double bright = cumulative.bright[static_cast<std::size_t>(k)];
    double dark_entropy = 0, bright_entropy = 0;
    for (int i = 0; i <= k; ++i) {
      const double q = p[static_cast<std::size_t>(i)];
      if (q != 0) dark_entropy -= (q / dark) * std::log(q / dark);
    }
    for (std::size_t i = static_cast<std::size_t>(k) + 1; i < p.size(); ++i) {
      if (p[i] != 0) bright_entropy -= (p[i] / bright) * std::log(p[i] / bright);
    }
    if (greatest < dark_entropy + bright_entropy) {
      greatest = dark_entropy + bright_entropy;
      best = k;
    }
  }
  return best;
}

/// Sahoo, Wilkins & Yeager 1997.
int renyi_entropy(Counts h) {
  const auto p = probabilities(h);
  const Cumulative cumulative(p);
  const auto best_bin = [&](double start, auto&& criterion) {
    int best = 0;
    double greatest = start;
    for (int k = cumulative.first(); k <= cumulative.last(); ++k) {
      const double value = criterion(static_cast<std::size_t>(k));
      if (value > greatest) {
        greatest = value;
        best = k;
      }
    }
    return best;
  };
  const auto half = best_bin(kSmallestDouble, [&](std::size_t k) {
    double dark = 0, bright = 0;
    for (std::size_t i = 0; i <= k; ++i) dark += std::sqrt(p[i] / cumulative.dark[k]);
    for (std::size_t i = k + 1; i < p.size(); ++i) bright += std::sqrt(p[i] / cumulative.bright[k]);
    const double product = dark * bright;
    return product > 0 ? 2.0 * std::log(product) : 0.0;
  });
  const auto two = best_bin(0.0, [&](std::size_t k) {
    double dark = 0, bright = 0;
    for (std::size_t i = 0; i <= k; ++i) {
      dark += p[i] * p[i] / (cumulative.dark[k] * cumulative.dark[k]);
    }
    for (std::size_t i = k + 1; i < p.size(); ++i) {
      bright += p[i] * p[i] / (cumulative.bright[k] * cumulative.bright[k]);
    }
    const double product = dark * bright;
    return product > 0 ? -std::log(product) : 0.0;
  });
  std::array<int, 3> t = {half, std::max(0, max_entropy(h)), two};
  std::sort(t.begin(), t.end());
  const bool low_close = t[1] - t[0] <= 5, high_close = t[2] - t[1] <= 5;
  std::array<double, 3> beta = {1, 2, 1};
  if (low_close && !high_close) beta = {0, 1, 3};
  if (!low_close && high_close) beta = {3, 1, 0};
  const auto dark_at = [&](int bin) { return cumulative.dark[static_cast<std::size_t>(bin)]; };
  const double w = dark_at(t[2]) - dark_at(t[0]);
  return truncated(t[0] * (dark_at(t[0]) + 0.25 * w * beta[0]) + 0.25 * t[1] * w * beta[1] +
                   t[2] * (cumulative.bright[static_cast<std::size_t>(t[2])] + 0.25 * w * beta[2]));
}

/// Shanbhag 1994.
int shanbhag(Counts h) {
  const auto p = probabilities(h);
  const Cumulative cumulative(p);
  int best = -1;
  double least = std::numeric_limits<double>::max();
  for (int k = cumulative.first(); k <= cumulative.last(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    double dark = 0, bright = 0;
    const double dark_term = 0.5 / cumulative.dark[at];
    for (std::size_t i = 1; i <= at; ++i) {
      dark -= p[i] * std::log(1.0 - dark_term * cumulative.dark[i - 1]);
    }
    dark *= dark_term;
    const double bright_term = 0.5 / cumulative.bright[at];
    for (std::size_t i = at + 1; i < p.size(); ++i) {
      bright -= p[i] * std::log(1.0 - bright_term * cumulative.bright[i]);
    }
    bright *= bright_term;
    const double difference = std::abs(dark - bright);
    if (difference < least) {
      least = difference;
      best = k;
    }
  }
  return best;
}

/// Yen, Chang & Chang 1995.
int yen(Counts h) {
  const auto p = probabilities(h);
  const std::size_t n = p.size();
  std::vector<double> p1(n), p1_square(n), p2_square(n);
  for (std::size_t i = 0; i < n; ++i) {
    p1[i] = (i > 0 ? p1[i - 1] : 0.0) + p[i];
    p1_square[i] = (i > 0 ? p1_square[i - 1] : 0.0) + p[i] * p[i];
  }
  for (std::size_t i = n - 1; i-- > 0;) p2_square[i] = p2_square[i + 1] + p[i + 1] * p[i + 1];
  int best = -1;
  double greatest = kSmallestDouble;
  for (std::size_t k = 0; k < n; ++k) {
    const double squares = p1_square[k] * p2_square[k], product = p1[k] * (1.0 - p1[k]);
    const double criterion = -1.0 * (squares > 0 ? std::log(squares) : 0.0) +
                             2 * (product > 0 ? std::log(product) : 0.0);
    if (criterion > greatest) {
      greatest = criterion;
      best = static_cast<int>(k);
    }
  }
  return best;
}

}  // namespace karyo::threshold
