// Methods that look at the classes' means, moments or ranks, or at the histogram's shape: counts in,
// bin out. Each follows its paper as ImageJ does, down to the order of comparisons.

#include <algorithm>
#include <cmath>

#include "core/segment/threshold_arithmetic.h"

namespace karyo::threshold {

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

}  // namespace karyo::threshold
