#pragma once

/// The hand of the soak: one random action after the other, by real events.

#include <QPointer>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "app/gui/main_window.h"
#include "core/base/random.h"

namespace karyo::gui {

class Hand {
 public:
  using Say = std::function<void(const std::string& what)>;

  /// `files` may be opened; what is saved goes into `folder`; `say` hears of each action before it
  /// is done.
  Hand(MainWindow& window, std::vector<std::string> files, std::filesystem::path folder,
       std::uint64_t seed, Say say);

  void act();

 private:
  void use_mouse();
  void drag(const QPointer<QWidget>& widget, Qt::KeyboardModifiers modifiers);
  void press_key();
  void run_command();
  void use_widget();
  void open_file();
  void close_layer();
  /// Fills in a dialog that is open, or sends it away.
  void answer(QWidget& dialog);
  nlohmann::json argument_for(const Command& command, const Argument& argument);

  QPoint somewhere_in(const QWidget& widget);
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
  Say say_;
};

}  // namespace karyo::gui
