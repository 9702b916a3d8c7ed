#include "app/cli/console.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace karyo::cli {
namespace {

volatile sig_atomic_t interrupt_count = 0;

extern "C" void on_interrupt(int number) {
  interrupt_count = interrupt_count + 1;
  // A second Ctrl-C ends at once what does not stop by itself.
  if (interrupt_count > 1) _exit(128 + number);
}

std::string minutes_and_seconds(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  char text[32];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
  } else if (whole >= 60) {
    std::snprintf(text, sizeof text, "%ld min %02ld s", whole / 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld s", whole);
  }
  return text;
}

/// Messages of other libraries come with line breaks; scripts count on two lines.
std::string one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    if (c != '\n' && c != '\r') {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace

Console::Console(const CommonOptions& options)
    : options_(options), terminal_(isatty(STDERR_FILENO) != 0) {}

void Console::say(const std::string& line) {
  if (!options_.json) std::cout << line << '\n';
}

void Console::result(const nlohmann::json& object) {
  if (options_.json) {
    std::cout << object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
  }
}

void Console::note(const std::string& line) {
  if (options_.quiet || options_.progress == "json") return;
  end_progress();
  std::cerr << line << '\n';
}

void Console::progress(const std::string& item, std::int64_t done, std::int64_t total,
                       const nlohmann::json& event) {
  if (options_.quiet) return;
  if (options_.progress == "json") {
    this->event(event);
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (!bar_open_) {
    bar_open_ = true;
    bar_start_ = now;
    last_tenth_ = -1;
  }
  bar_item_ = item;
  const double fraction = total > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0) : 0;
  const double seconds = std::chrono::duration<double>(now - bar_start_).count();
  const double left = fraction > 0 ? seconds / fraction * (1 - fraction) : 0;
  if (!terminal_) {
    const int tenth = static_cast<int>(fraction * 10);
    if (tenth == last_tenth_) return;
    last_tenth_ = tenth;
    std::cerr << item << ": " << done << "/" << total << ", " << minutes_and_seconds(left)
              << " left\n";
    return;
  }
  constexpr int kWidth = 24;
  const int filled = static_cast<int>(fraction * kWidth);
  std::string bar(static_cast<std::size_t>(filled), '#');
  bar.resize(kWidth, '.');
  std::cerr << "\r\033[K[" << bar << "] " << done << "/" << total << "  " << item << "  "
            << minutes_and_seconds(left) << " left" << std::flush;
}

void Console::event(const nlohmann::json& event) {
  if (options_.quiet || options_.progress != "json") return;
  std::cerr << event.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

void Console::end_progress() {
  if (bar_open_ && terminal_) std::cerr << '\n';
  bar_open_ = false;
}

std::string counted(std::int64_t count, const std::string& thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

int report_error(const Error& error) {
  std::cerr << "error: " << one_line(error.what) << "\nfix: " << one_line(error.fix) << std::endl;
  switch (error.code) {
    case ErrorCode::kCancelled: return 130;
    case ErrorCode::kInvalidArgument: return 2;
    default: return 1;
  }
}

bool interrupted() { return interrupt_count > 0; }

void install_interrupt_handler() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace karyo::cli
