#pragma once

/// Small pictures of image files, read one after the other in the background.

#include <QImage>
#include <QObject>
#include <QTimer>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "core/base/task.h"

namespace karyo::gui {

/// Threads  one, the UI thread.
class Thumbnails : public QObject {
 public:
  /// Larger images have none: reading them would take the place of work.
  static constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;

  /// `side` in physical pixels.
  Thumbnails(int side, QObject* parent);
  ~Thumbnails() override;

  /// Null while it is being read, and for images that have none. Asking puts it first in the queue.
  const QImage* of(const std::filesystem::path& path);
  void forget_all();

  std::function<void()> on_new;

 private:
  void start_next();
  void take();

  int side_;
  std::map<std::filesystem::path, QImage> made_;
  std::deque<std::filesystem::path> wanted_;
  struct Reading;
  std::unique_ptr<Reading> reading_;
  QTimer poll_;
};

}  // namespace karyo::gui
