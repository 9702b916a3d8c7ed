#include <array>
#include <cmath>
#include <utility>

#include "models/stardist/thresholds.h"

namespace karyo::stardist {
namespace {

template <typename T>
struct Point {
  T x;
  double f;
};

/// Three points, the middle one no higher than the others; or not, when there is no such place.
template <typename T>
struct Bracket {
  Point<T> a, b, c;
  bool valid() const {
    const bool dip = (b.f < c.f && b.f <= a.f) || (b.f < a.f && b.f <= c.f);
    const bool ordered = (a.x < b.x && b.x < c.x) || (c.x < b.x && b.x < a.x);
    return dip && ordered && std::isfinite(a.x) && std::isfinite(b.x) && std::isfinite(c.x);
  }
};

/// Where the parabola through three points is lowest.
template <typename T>
T parabola_minimum(const Bracket<T>& p) {
  constexpr double kTiny = 1e-21;
  const double left = (p.b.x - p.a.x) * (p.b.f - p.c.f);
  const double right = (p.b.x - p.c.x) * (p.b.f - p.a.f);
  const double difference = right - left;
  const double divisor = 2 * (std::fabs(difference) < kTiny ? kTiny : difference);
  return static_cast<T>(p.b.x - ((p.b.x - p.c.x) * right - (p.b.x - p.a.x) * left) / divisor);
}

/// Walks downhill from a, b in growing steps until the function rises again.
template <typename T, typename F>
Bracket<T> find_bracket(F&& f, T first, T second) {
  constexpr T kGrow = static_cast<T>(1.618034), kFarthest = 110;
  constexpr int kMostSteps = 1000;
  const auto at = [&](T x) { return Point<T>{x, f(x)}; };
  Bracket<T> p;
  p.a = at(first);
  p.b = at(second);
  if (p.a.f < p.b.f) std::swap(p.a, p.b);
  p.c = at(p.b.x + kGrow * (p.b.x - p.a.x));
  const auto beyond = [&] { return p.c.x + kGrow * (p.c.x - p.b.x); };
  for (int step = 0; p.c.f < p.b.f && step <= kMostSteps; ++step) {
    const T x = parabola_minimum(p);
    const T limit = p.b.x + kFarthest * (p.c.x - p.b.x);
    Point<T> next;
    if ((x - p.c.x) * (p.b.x - x) > 0) {  // between b and c
      next = at(x);
      if (next.f < p.c.f) return {p.b, next, p.c};
      if (next.f > p.b.f) return {p.a, p.b, next};
      next = at(beyond());
    } else if ((x - limit) * (limit - p.c.x) >= 0) {
      next = at(limit);
    } else if ((x - limit) * (p.c.x - x) > 0) {
      next = at(x);
      if (next.f < p.c.f) {
        p.b = p.c;
        p.c = next;
        next = at(beyond());
      }
    } else {
      next = at(beyond());
    }
    p = {p.b, p.c, next};
  }
  return p;
}

template <typename T, typename F>
Point<T> search(F&& f, T a, T b, T tolerance, int most_rounds) {
  const Bracket<T> bracket = find_bracket<T>(f, a, b);
  if (!bracket.valid()) {
    Point<T> best = bracket.a;
    for (const auto& point : {bracket.b, bracket.c}) {
      if (point.f < best.f) best = point;
    }
    return best;
  }
  constexpr double kRatio = 0.61803399;
  constexpr T kLarge = static_cast<T>(kRatio), kSmall = static_cast<T>(1 - kRatio);
  T low = bracket.a.x, high = bracket.c.x;
  T left = bracket.b.x, right = bracket.b.x;
  if (std::fabs(bracket.c.x - bracket.b.x) > std::fabs(bracket.b.x - bracket.a.x)) {
    right = bracket.b.x + kSmall * (bracket.c.x - bracket.b.x);
  } else {
    left = bracket.b.x - kSmall * (bracket.b.x - bracket.a.x);
  }
  double f_left = f(left), f_right = f(right);
  for (int round = 0; round < most_rounds; ++round) {
    if (std::fabs(high - low) <= tolerance * (std::fabs(left) + std::fabs(right))) break;
    if (f_right < f_left) {
      low = left;
      left = right;
      right = kLarge * left + kSmall * high;
      f_left = f_right;
      f_right = f(right);
    } else {
      high = right;
      right = left;
      left = kLarge * right + kSmall * low;
      f_right = f_left;
      f_left = f(left);
    }
  }
  return f_left < f_right ? Point<T>{left, f_left} : Point<T>{right, f_right};
}

}  // namespace

SearchResult golden_section(const std::function<double(double)>& f, double a, double b,
                            double tolerance, int most_rounds) {
  const auto found = search<double>(f, a, b, tolerance, most_rounds);
  return {found.x, found.f};
}

SearchResult32 golden_section_float32(const std::function<double(float)>& f, float a, float b,
                                      float tolerance, int most_rounds) {
  const auto found = search<float>(f, a, b, tolerance, most_rounds);
  return {found.x, found.f};
}

}  // namespace karyo::stardist
