// The methods themselves: counts in, bin out. Each follows its paper as ImageJ does, down to the
// order of comparisons and the width of its integers, since a tie or an overflow decides the bin.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/segment/auto_threshold.h"
#include "core/segment/threshold_methods.h"

namespace karyo::threshold {
namespace {

constexpr double kSmallestDouble = 4.9e-324;  // Java's Double.MIN_VALUE
constexpr double kEpsilon = 2.220446049250313e-16;

/// A sum in Java's int: wraps around.
std::int32_t wrap(std::int64_t value) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(static_cast<std::uint64_t>(value)));
}

/// Java's Math.round and (int) casts: NaN is 0, out of range saturates.
std::int32_t truncated(double value) {
  if (std::isnan(value)) return 0;
  return static_cast<std::int32_t>(std::clamp(value, -2147483648.0, 2147483647.0));
}
std::int32_t rounded(double value) { return truncated(std::floor(value + 0.5)); }

double total_of(Counts h) {
  double total = 0;
  for (const auto count : h) total += static_cast<double>(count);
  return total;
}

std::vector<double> probabilities(Counts h) {
  const double total = total_of(h);
  std::vector<double> p(h.size());
  for (std::size_t i = 0; i < h.size(); ++i) p[i] = static_cast<double>(h[i]) / total;
  return p;
}

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

/// Ridler & Calvard 1978, in ImageJ's first version; the end bins are left out unless `keep_ends`.
int ij_isodata(Counts counts, bool keep_ends) {
  std::vector<std::int64_t> h(counts.begin(), counts.end());
  const int n = static_cast<int>(h.size());
  if (!keep_ends) h.front() = h.back() = 0;
  const auto range = non_empty_range(h);
  if (!range || range->first >= range->last) return n / 2;
  const auto [a, b] = *range;
  double total_count = 0, total_sum = 0;
  for (int i = a; i <= b; ++i) {
    total_count += static_cast<double>(h[static_cast<std::size_t>(i)]);
    total_sum += static_cast<double>(h[static_cast<std::size_t>(i)]) * i;
  }
  double count = 0, sum = 0, result = 0;
  int k = a;
  do {
    count += static_cast<double>(h[static_cast<std::size_t>(k)]);
    sum += static_cast<double>(h[static_cast<std::size_t>(k)]) * k;
    result = (sum / count + (total_sum - sum) / (total_count - count)) / 2.0;
    ++k;
  } while (k + 1 <= result && k < b - 1);
  return rounded(result);
}

/// IJ_IsoData after a dominant mode, usually the background, has been cut down.
int default_method(Counts counts) {
  std::vector<std::int64_t> h(counts.begin(), counts.end());
  const auto mode = std::max_element(h.begin(), h.end());
  std::int64_t second = 0;
  for (auto i = h.begin(); i != h.end(); ++i) {
    if (i != mode) second = std::max(second, *i);
  }
  if (*mode > second * 2 && second != 0) {
    *mode = static_cast<std::int64_t>(static_cast<double>(second) * 1.5);
  }
  return ij_isodata(h, false);
}

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

namespace {

/// Smooths until two modes are left (Prewitt & Mendelsohn 1966); nothing after 10 000 rounds.
std::optional<std::vector<double>> smoothed_to_two_modes(Counts h) {
  std::vector<double> y(h.begin(), h.end());
  const std::size_t n = y.size();
  std::vector<double> next(n);
  for (int round = 0; round <= 10000; ++round) {
    int modes = 0;
    for (std::size_t i = 1; i + 1 < n && modes < 3; ++i) {
      if (y[i - 1] < y[i] && y[i + 1] < y[i]) ++modes;
    }
    if (modes == 2) return y;
    for (std::size_t i = 0; i < n; ++i) {
      const double before = i > 0 ? y[i - 1] : 0, after = i + 1 < n ? y[i + 1] : 0;
      next[i] = (before + y[i] + after) / 3.0;
    }
    y.swap(next);
  }
  return std::nullopt;
}

}  // namespace

int intermodes(Counts h) {
  const auto y = smoothed_to_two_modes(h);
  if (!y) return -1;
  int sum = 0;
  for (std::size_t i = 1; i + 1 < y->size(); ++i) {
    if ((*y)[i - 1] < (*y)[i] && (*y)[i + 1] < (*y)[i]) sum += static_cast<int>(i);
  }
  return sum / 2;
}

int minimum(Counts h) {
  const auto range = non_empty_range(h);
  const auto y = smoothed_to_two_modes(h);
  if (!y || !range) return -1;
  for (int i = 1; i < range->last; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if ((*y)[at - 1] > (*y)[at] && (*y)[at + 1] >= (*y)[at]) return i;
  }
  return -1;
}

/// Ridler & Calvard 1978, by whole bins.
int isodata(Counts h) {
  const int n = static_cast<int>(h.size());
  int g = 0;
  for (int i = 1; i < n; ++i) {
    if (h[static_cast<std::size_t>(i)] > 0) {
      g = i + 1;
      break;
    }
  }
  // Running sums give the same wrapped integers as fresh ones: wrapping is arithmetic modulo 2^32.
  std::int32_t dark_sum = 0, dark_count = 0, bright_sum = 0, bright_count = 0;
  const auto add = [&](std::int32_t& sum, std::int32_t& count, int bin, int sign) {
    if (bin < 0 || bin >= n) return;
    const auto in_bin = h[static_cast<std::size_t>(bin)];
    count = wrap(count + sign * in_bin);
    sum = wrap(sum + sign * std::int64_t{wrap(in_bin)} * bin);
  };
  for (int i = 0; i < g; ++i) add(dark_sum, dark_count, i, 1);
  for (int i = g + 1; i < n; ++i) add(bright_sum, bright_count, i, 1);
  for (;;) {
    if (dark_count > 0 && bright_count > 0) {
      const std::int32_t low = dark_sum / dark_count, high = bright_sum / bright_count;
      if (g == rounded((std::int64_t{low} + high) / 2.0)) return g;
    }
    add(dark_sum, dark_count, g, 1);
    ++g;
    add(bright_sum, bright_count, g, -1);
    if (g > n - 2) return -1;
  }
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

/// Glasbey 1993.
int mean(Counts h) {
  double sum = 0;
  for (std::size_t i = 0; i < h.size(); ++i) sum += static_cast<double>(i) * static_cast<double>(h[i]);
  return truncated(std::floor(sum / total_of(h)));
}

/// Kittler & Illingworth 1986, iterated as in Glasbey 1993.
int min_error(Counts h) {
  const int n = static_cast<int>(h.size());
  std::vector<double> a(h.size()), b(h.size()), c(h.size());
  double count = 0, first = 0, second = 0;
  for (int i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const auto in_bin = wrap(h[at]);
    count += in_bin;
    first += wrap(std::int64_t{i} * in_bin);
    second += wrap(std::int64_t{wrap(std::int64_t{i} * i)} * in_bin);
    a[at] = count;
    b[at] = first;
    c[at] = second;
  }
  int threshold = mean(h);
  int previous = -2;
  for (int round = 0; round < 100000 && threshold != previous; ++round) {
    if (threshold < 0 || threshold >= n) return -1;
    const auto t = static_cast<std::size_t>(threshold);
    const double mu = b[t] / a[t], nu = (first - b[t]) / (count - a[t]);
    const double p = a[t] / count, q = (count - a[t]) / count;
    const double sigma2 = c[t] / a[t] - mu * mu, tau2 = (second - c[t]) / (count - a[t]) - nu * nu;
    const double w0 = 1.0 / sigma2 - 1.0 / tau2;
    const double w1 = mu / sigma2 - nu / tau2;
    const double w2 = mu * mu / sigma2 - nu * nu / tau2 +
                      std::log10((sigma2 * (q * q)) / (tau2 * (p * p)));
    const double square = w1 * w1 - w0 * w2;
    if (square < 0) return threshold;
    previous = threshold;
    const double moved = std::floor((w1 + std::sqrt(square)) / w0);
    threshold = std::isnan(moved) ? previous : truncated(moved);
  }
  return threshold;
}

/// Tsai 1985: the first three moments are kept.
int moments(Counts h) {
  const auto p = probabilities(h);
  double m1 = 0, m2 = 0, m3 = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const auto x = static_cast<double>(i);
    m1 += x * p[i];
    m2 += x * x * p[i];
    m3 += x * x * x * p[i];
  }
  const double cd = m2 - m1 * m1;
  const double c0 = (-m2 * m2 + m1 * m3) / cd, c1 = (-m3 + m2 * m1) / cd;
  const double z0 = 0.5 * (-c1 - std::sqrt(c1 * c1 - 4.0 * c0));
  const double z1 = 0.5 * (-c1 + std::sqrt(c1 * c1 - 4.0 * c0));
  const double p0 = (z1 - m1) / (z1 - z0);
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    sum += p[i];
    if (sum > p0) return static_cast<int>(i);
  }
  return -1;
}

/// Otsu 1979.
int otsu(Counts h) {
  const auto p = probabilities(h);
  double total_mean = 0;
  for (std::size_t i = 0; i < p.size(); ++i) total_mean += static_cast<double>(i) * p[i];
  int best = -1;
  double greatest = 0, w = 0, m = 0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    w += p[k];
    m += static_cast<double>(k) * p[k];
    const double difference = total_mean * w - m;
    const double variance = difference * difference / (w * (1.0 - w));
    if (variance > greatest) {
      greatest = variance;
      best = static_cast<int>(k);
    }
  }
  return best;
}

/// Doyle 1962, for half the pixels.
int percentile(Counts h) {
  const double total = total_of(h);
  int best = -1;
  double least = 1.0, sum = 0;
  for (std::size_t k = 0; k < h.size(); ++k) {
    sum += static_cast<double>(h[k]);
    const double distance = std::abs(sum / total - 0.5);
    if (distance < least) {
      least = distance;
      best = static_cast<int>(k);
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

/// Zack, Rogers & Latt 1977.
int triangle(Counts counts) {
  std::vector<std::int64_t> h(counts.begin(), counts.end());
  const int n = static_cast<int>(h.size());
  const auto range = non_empty_range(h);
  if (!range) return -1;
  int low = std::max(0, range->first - 1);
  const int high = std::min(n - 1, range->last + 1);
  int peak = static_cast<int>(std::max_element(h.begin(), h.end()) - h.begin());
  bool mirrored = false;
  if (peak - low < high - peak) {
    mirrored = true;
    std::reverse(h.begin(), h.end());
    low = n - 1 - high;
    peak = n - 1 - peak;
  }
  if (low == peak) return low;
  double normal_x = static_cast<double>(h[static_cast<std::size_t>(peak)]);
  double normal_y = low - peak;
  const double length = std::sqrt(normal_x * normal_x + normal_y * normal_y);
  normal_x /= length;
  normal_y /= length;
  const double offset =
      normal_x * low + normal_y * static_cast<double>(h[static_cast<std::size_t>(low)]);
  int split = low;
  double greatest = 0;
  for (int i = low + 1; i <= peak; ++i) {
    const double distance =
        normal_x * i + normal_y * static_cast<double>(h[static_cast<std::size_t>(i)]) - offset;
    if (distance > greatest) {
      split = i;
      greatest = distance;
    }
  }
  --split;
  return mirrored ? n - 1 - split : split;
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
