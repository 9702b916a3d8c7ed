#include "core/layers/label_colors.h"

#include <gtest/gtest.h>

#include <cmath>

namespace karyo {
namespace {

using Vec = std::array<double, 3>;
using Matrix = std::array<Vec, 3>;

Vec linear(Rgb color) {
  const auto part = [](std::uint8_t value) {
    const double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  return {part(color.r), part(color.g), part(color.b)};
}

Vec times(const Matrix& m, const Vec& v) {
  Vec out{};
  for (std::size_t i = 0; i < 3; ++i) out[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
  return out;
}

/// CIE L*a*b*, white D65, of linear sRGB.
Vec lab(Vec rgb) {
  for (double& part : rgb) part = std::fmin(1, std::fmax(0, part));
  constexpr Matrix kToXyz{{{0.4124564, 0.3575761, 0.1804375},
                           {0.2126729, 0.7151522, 0.0721750},
                           {0.0193339, 0.1191920, 0.9503041}}};
  const Vec xyz = times(kToXyz, rgb);
  const auto f = [](double t) {
    return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116;
  };
  const double x = f(xyz[0] / 0.95047), y = f(xyz[1]), z = f(xyz[2] / 1.08883);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

double distance(const Vec& a, const Vec& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/// Least difference for normal, protanope and deuteranope eyes (Machado et al. 2009, severity 1).
double difference(Rgb a, Rgb b) {
  constexpr std::array<Matrix, 3> kEyes{{
      {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
      {{{0.152286, 1.052583, -0.204868},
        {0.114503, 0.786281, 0.099216},
        {-0.003882, -0.048116, 1.051998}}},
      {{{0.367322, 0.860646, -0.227968},
        {0.280085, 0.672501, 0.047413},
        {-0.011820, 0.042940, 0.968881}}},
  }};
  double least = 1e9;
  for (const auto& eye : kEyes) {
    least = std::fmin(least, distance(lab(times(eye, linear(a))), lab(times(eye, linear(b)))));
  }
  return least;
}

TEST(LabelColors, DifferForEveryEye) {
  for (std::size_t a = 0; a < kLabelColors.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      EXPECT_GE(difference(kLabelColors[a], kLabelColors[b]), 18) << a << " and " << b;
    }
  }
}

TEST(LabelColors, StandOutFromGreyAndFromTheAccent) {
  const Vec accent = lab(linear(kAccent));
  for (const Rgb color : kLabelColors) {
    const Vec seen = lab(linear(color));
    EXPECT_GE(std::hypot(seen[1], seen[2]), 32);
    EXPECT_GE(seen[0], 40) << "too dark on black";
    EXPECT_GE(distance(seen, accent), 18);
  }
}

TEST(LabelColors, ConsecutiveIdsAreFarApartAndEqualOnesThirteenIds) {
  for (std::uint32_t id = 1; id < 2000; ++id) {
    EXPECT_GE(difference(label_color(id), label_color(id + 1)), 25) << id;
    for (std::uint32_t other = id + 1; other < id + 13; ++other) {
      EXPECT_NE(label_color_number(id), label_color_number(other)) << id << " and " << other;
    }
    EXPECT_NE(label_color_number(id), label_color_number(id + 20));
  }
}

TEST(LabelColors, AreStablePerId) {
  EXPECT_EQ(label_color(1), kLabelColors[0]);
  EXPECT_EQ(label_color(20), kLabelColors[19]);
  EXPECT_EQ(label_color(21), kLabelColors[7]);
  EXPECT_LT(label_color_number(4294967295u), kLabelColorCount);
}

TEST(LabelColors, AShuffleKeepsNeighboursApart) {
  for (int shuffle = 0; shuffle < 160; ++shuffle) {
    const LabelColors colors{shuffle, {}, {}};
    for (std::uint32_t id = 1; id < 200; ++id) {
      for (std::uint32_t other = id + 1; other < id + 13; ++other) {
        ASSERT_NE(colors.of(id), colors.of(other)) << shuffle << ": " << id << ", " << other;
      }
    }
  }
  EXPECT_EQ(LabelColors{}.of(7), label_color(7));
  EXPECT_NE((LabelColors{1, {}, {}}.of(7)), label_color(7));
}

TEST(LabelColors, AnOwnColourWins) {
  LabelColors colors;
  colors.own[5] = {1, 2, 3};
  EXPECT_EQ(colors.of(5), (Rgb{1, 2, 3}));
  EXPECT_EQ(colors.of(6), label_color(6));
}

}  // namespace
}  // namespace karyo
