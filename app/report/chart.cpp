#include "app/report/chart.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/report/number_text.h"

namespace karyo {
namespace {

constexpr double kLetters = 2.6;  // mm

struct Ends {
  double low = 0, high = 1;
};

std::string number_text(double value) {
  return general_text(std::fabs(value) < 1e-12 ? 0.0 : value, 4);
}

/// Round numbers inside the ends, about `wanted` of them.
std::vector<double> linear_ticks(const Ends& ends, int wanted) {
  const double rough = (ends.high - ends.low) / wanted;
  // Values so large, or so alike, that steps between them are no numbers have no ticks.
  const double size = std::max(std::fabs(ends.low), std::fabs(ends.high));
  if (!std::isfinite(rough) || !(rough > size * 1e-12)) return {};
  const double decade = std::pow(10.0, std::floor(std::log10(rough)));
  double step = decade;
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    step = factor * decade;
    if (step >= rough * 0.999) break;
  }
  std::vector<double> ticks;
  const double first = std::ceil(ends.low / step - 1e-6);
  for (double k = first; k * step <= ends.high + step * 1e-6; ++k) ticks.push_back(k * step);
  return ticks;
}

/// 1, 2, 5 times powers of ten; the powers alone where these are many.
std::vector<double> log_ticks(const Ends& ends) {
  std::vector<double> ticks;
  const double decades = std::log10(ends.high / ends.low);
  for (double power = std::floor(std::log10(ends.low)); power <= std::log10(ends.high) + 1e-9;
       ++power) {
    for (const double factor : {1.0, 1.5, 2.0, 3.0, 5.0, 7.0}) {
      const bool usual = factor == 1.0 || factor == 2.0 || factor == 5.0;
      if (!usual && decades > 0.8) continue;
      const double tick = factor * std::pow(10.0, power);
      const bool inside = tick >= ends.low * 0.999 && tick <= ends.high * 1.001;
      if (inside && (factor == 1.0 || decades < 2.5)) ticks.push_back(tick);
    }
  }
  return ticks;
}

class Frame {
 public:
  Frame(const BoxMm& area, const Chart& chart) : chart_(chart) {
    box_ = {area.x + 15, area.y + 6, area.width - 18, area.height - 17};
    find_ends();
  }
  const BoxMm& box() const { return box_; }
  const Ends& x_ends() const { return x_; }
  const Ends& y_ends() const { return y_; }
  double at_x(double value) const {
    return box_.x + (value - x_.low) / (x_.high - x_.low) * box_.width;
  }
  double at_y(double value) const {
    const double share = chart_.logarithmic ? std::log(value / y_.low) / std::log(y_.high / y_.low)
                                            : (value - y_.low) / (y_.high - y_.low);
    return box_.y + box_.height - std::clamp(share, 0.0, 1.0) * box_.height;
  }
  bool shown(double x, double y) const {
    return std::isfinite(x) && std::isfinite(y) && (!chart_.logarithmic || y > 0);
  }

 private:
  void find_ends() {
    Ends x{1e300, -1e300}, y{1e300, -1e300};
    for (const ChartSeries& series : chart_.series) {
      for (std::size_t i = 0; i < series.x.size(); ++i) {
        if (!shown(series.x[i], series.y[i])) continue;
        x = {std::min(x.low, series.x[i]), std::max(x.high, series.x[i])};
        y = {std::min(y.low, series.y[i]), std::max(y.high, series.y[i])};
      }
    }
    if (x.low > x.high) x = {0, 1}, y = {chart_.logarithmic ? 0.1 : 0.0, 1};
    if (x.low == x.high) x = {x.low - 0.5, x.high + 0.5};
    if (chart_.logarithmic) {
      y = {y.low / 1.15, y.high * 1.15};
    } else {
      const double room = y.high > y.low ? 0.05 * (y.high - y.low) : 0.5;
      y = {y.low >= 0 && y.low < 0.4 * y.high ? 0 : y.low - room, y.high + room};
    }
    if (std::isfinite(chart_.y_low)) y.low = chart_.y_low;
    if (std::isfinite(chart_.y_high)) y.high = chart_.y_high;
    x_ = x;
    y_ = y;
  }

  const Chart& chart_;
  BoxMm box_;
  Ends x_, y_;
};

void draw_axes(SvgPicture& picture, const BoxMm& area, const Chart& chart, const Frame& frame) {
  const BoxMm& box = frame.box();
  const LineLook grid{"#dddddd", 0.15, {}}, tick{"#555555", 0.2, {}};
  picture.text({box.x + box.width / 2, area.y + 3.4}, chart.title,
               {3.0, Anchor::kMiddle, true, "#1a1a1a", 0});
  for (const double value :
       linear_ticks(frame.x_ends(), std::max(2, static_cast<int>(box.width / 12)))) {
    const double x = frame.at_x(value);
    picture.line({x, box.y + box.height}, {x, box.y + box.height + 1}, tick);
    picture.text({x, box.y + box.height + 4}, number_text(value),
                 {kLetters, Anchor::kMiddle, false, "#333333", 0});
  }
  const auto values =
      chart.logarithmic ? log_ticks(frame.y_ends()) : linear_ticks(frame.y_ends(), 5);
  for (const double value : values) {
    const double y = frame.at_y(value);
    picture.line({box.x, y}, {box.x + box.width, y}, grid);
    picture.text({box.x - 1.2, y + 0.9}, number_text(value),
                 {kLetters, Anchor::kEnd, false, "#333333", 0});
  }
  picture.box(box, "", "#555555");
  picture.text({box.x + box.width / 2, box.y + box.height + 8.4}, chart.x_label,
               {kLetters, Anchor::kMiddle, false, "#1a1a1a", 0});
  picture.text({area.x + 2.8, box.y + box.height / 2}, chart.y_label,
               {kLetters, Anchor::kMiddle, false, "#1a1a1a", -90});
}

}  // namespace

void draw_chart(SvgPicture& picture, const BoxMm& area, const Chart& chart) {
  const Frame frame(area, chart);
  const BoxMm& box = frame.box();
  draw_axes(picture, area, chart, frame);
  for (const ChartMark& mark : chart.marks) {
    const double x = frame.at_x(mark.x);
    if (x < box.x - 0.01 || x > box.x + box.width + 0.01) continue;
    picture.line({x, box.y}, {x, box.y + box.height}, mark.look);
    const bool left = x < box.x + box.width * 0.75;
    picture.text({left ? x + 0.8 : x - 0.8, box.y + 3}, mark.label,
                 {2.4, left ? Anchor::kStart : Anchor::kEnd, false, mark.look.color, 0});
  }
  for (const ChartSeries& series : chart.series) {
    std::vector<PointMm> run;
    const auto draw_run = [&] {
      if (run.size() == 1) picture.circle(run.front(), 0.5, series.look.color);
      picture.lines(run, series.look);
      run.clear();
    };
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      if (frame.shown(series.x[i], series.y[i])) {
        run.push_back({frame.at_x(series.x[i]), frame.at_y(series.y[i])});
      } else {
        draw_run();
      }
    }
    draw_run();
  }
}

void draw_legend(SvgPicture& picture, PointMm at, const std::vector<ChartSeries>& series) {
  for (const ChartSeries& one : series) {
    picture.line({at.x, at.y - 0.9}, {at.x + 8, at.y - 0.9}, one.look);
    picture.text({at.x + 9.2, at.y}, one.name, {kLetters, Anchor::kStart, false, "#1a1a1a", 0});
    at.x += 14 + 1.5 * static_cast<double>(one.name.size());
  }
}

LineLook series_look(std::size_t number) {
  static const std::array<LineLook, 5> kLooks{{{"#0072b2", 0.45, {}},
                                               {"#d55e00", 0.45, {1.6, 0.8}},
                                               {"#009e73", 0.45, {0.5, 0.7}},
                                               {"#cc79a7", 0.45, {2.2, 0.7, 0.5, 0.7}},
                                               {"#1a1a1a", 0.45, {0.3, 0.4}}}};
  return kLooks[number % kLooks.size()];
}

}  // namespace karyo
