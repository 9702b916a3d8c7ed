#pragma once

/// The hand of the soak: one random action after the other, by real events.

#include <filesystem>
#include <string>
#include <vector>

#include "app/gui/main_window.h"
#include "core/base/random.h"

namespace karyo::gui {

class Hand {
 public:
  /// `files` may be opened; what is saved goes into `folder`.
  Hand(MainWindow& window, std::vector<std::string> files, std::filesystem::path folder,
       std::uint64_t seed);

  /// Does something and says what.
  std::string act();

 private:
  std::string use_mouse();
  std::string press_key();
  std::string run_command();
  std::string use_widget();
  std::string open_file();
  /// Fills in a dialog that is open, or sends it away.
  std::string answer(QWidget& dialog);
  nlohmann::json argument_for(const Command& command, const Argument& argument);

  double between(double low, double high) { return low + random_.uniform() * (high - low); }
  std::size_t below(std::size_t count) {
    return std::min(count - 1, static_cast<std::size_t>(random_.uniform() * double(count)));
  }
  bool chance(double part) { return random_.uniform() < part; }
  template <typename T>
  const T& one_of(const std::vector<T>& list) {
    return list[below(list.size())];
  }

  MainWindow& window_;
  std::vector<std::string> files_;
  std::filesystem::path folder_;
  Random random_;
};

}  // namespace karyo::gui
