#pragma once

/// A film of a volume that turns once about itself: pictures in a folder, and an MP4 of them.

#include <QElapsedTimer>
#include <QProcess>
#include <QString>
#include <QTimer>
#include <filesystem>
#include <functional>
#include <memory>

#include "core/base/task.h"
#include "viewer/scene/scene_request.h"

namespace karyo::gui {

struct FilmOrder {
  static constexpr int kMostFrames = 3600, kLeastSide = 16, kGreatestSide = 8192;

  std::filesystem::path folder;    ///< made when it is not there
  int frames = 72;                 ///< a whole turn; 2 .. kMostFrames
  double rate = 24;                ///< pictures a second; > 0, <= 240
  int width = 1280, height = 720;  ///< pixels; made even, as films want them
};

/// Pictures are turn_0001.png and on, the film is turn.mp4. The film is made by ffmpeg where it is
/// found on PATH; without it the pictures are kept, and the error says how to get it.
///
/// Pictures are drawn and written on a thread of their own, in an OpenGL context of their own, so
/// the views stay alive. Destroying it cancels.
/// Threads  the UI thread.
class TurnFilm {
 public:
  TurnFilm();
  ~TurnFilm();

  /// The scene as it is to be seen in the first picture. Errors: kInvalidArgument for an order out
  /// of range or while one is running, kIo when the folder cannot be made. What goes wrong later
  /// is told to on_end.
  Result<void> start(SceneRequest scene, const FilmOrder& order);
  /// Ends soon; pictures that are written stay.
  void cancel();
  bool running() const { return task_ != nullptr || encoder_ != nullptr; }
  /// 0 .. 1 of the pictures.
  double fraction() const;
  /// "Picture 12 of 72, 40 s left"; empty when nothing is going on.
  QString doing() const;

  std::function<void()> on_progress;
  /// What was made, in words, or why it was not.
  std::function<void(const Result<QString>&)> on_end;

 private:
  void look();
  void encode();
  void encoded();
  void end(const Result<QString>& outcome);

  FilmOrder order_;
  std::unique_ptr<Task> task_;
  std::unique_ptr<QProcess> encoder_;
  bool cancelled_ = false;
  QTimer clock_;
  QElapsedTimer since_start_;
};

}  // namespace karyo::gui
