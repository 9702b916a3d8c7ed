#include "app/gui/turn_film.h"

#include <QImage>
#include <QObject>
#include <QStandardPaths>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <system_error>
#include <utility>

#include "app/gui/picture_file.h"
#include "viewer/scene/scene_3d.h"

namespace karyo::gui {
namespace {

namespace fs = std::filesystem;

constexpr int kLookMs = 50;
constexpr char kFilmName[] = "turn.mp4";
constexpr char kPartName[] = "turn.part.mp4";

std::string frame_name(int number) {
  return QStringLiteral("turn_%1.png").arg(number, 4, 10, QLatin1Char('0')).toStdString();
}

QString text(const fs::path& path) {
  return QString::fromStdString(path.string());
}

Result<void> check(const FilmOrder& order) {
  const auto wrong = [](const std::string& what, const std::string& fix) {
    return Error(ErrorCode::kInvalidArgument, what, fix);
  };
  if (order.folder.empty()) {
    return wrong("the film has no folder to go to", "Give a folder for pictures and film.");
  }
  if (order.frames < 2 || order.frames > FilmOrder::kMostFrames) {
    return wrong("a turn of " + std::to_string(order.frames) + " pictures cannot be made",
                 "Ask for 2 to " + std::to_string(FilmOrder::kMostFrames) + " pictures.");
  }
  const auto fits = [](int side) {
    return side >= FilmOrder::kLeastSide && side <= FilmOrder::kGreatestSide;
  };
  if (!fits(order.width) || !fits(order.height)) {
    return wrong("pictures of " + std::to_string(order.width) + "x" + std::to_string(order.height) +
                     " pixels cannot be made",
                 "Ask for " + std::to_string(FilmOrder::kLeastSide) + " to " +
                     std::to_string(FilmOrder::kGreatestSide) + " pixels each way.");
  }
  if (!(order.rate > 0 && order.rate <= 240)) {
    return wrong("a film cannot have this number of pictures a second", "Ask for 1 to 240.");
  }
  return {};
}

/// Runs on the film's thread.
Result<void> draw_frames(SceneRequest scene, const FilmOrder& order, TaskControl& control) {
  KARYO_TRY(auto drawer, Scene3d::create());
  const Camera first = scene.camera;
  for (int i = 0; i < order.frames; ++i) {
    if (control.cancelled()) return cancelled_error("The film");
    control.report(static_cast<double>(i) / order.frames, {});
    scene.camera = first;
    scene.camera.turn_on_table(2 * std::numbers::pi * i / order.frames);
    KARYO_TRY(const auto drawn, drawer->draw(scene));
    const QImage picture(drawn.bytes(), drawn.width(), drawn.height(), QImage::Format_RGBA8888);
    KARYO_CHECK_OK(
        write_png(picture.convertToFormat(QImage::Format_RGB32), order.folder / frame_name(i + 1)));
  }
  control.report(1, {});
  return {};
}

}  // namespace

TurnFilm::TurnFilm() {
  clock_.setInterval(kLookMs);
  QObject::connect(&clock_, &QTimer::timeout, &clock_, [this] { look(); });
}

TurnFilm::~TurnFilm() {
  if (encoder_) {
    encoder_->disconnect();
    encoder_->kill();
    encoder_->waitForFinished(1000);
  }
}

Result<void> TurnFilm::start(SceneRequest scene, const FilmOrder& order) {
  if (running()) {
    return Error(ErrorCode::kInvalidArgument, "a film is being made already",
                 "Wait for it, or stop it first (3D: stop the film).");
  }
  KARYO_CHECK_OK(check(order));
  std::error_code failure;
  fs::create_directories(order.folder, failure);
  if (!fs::is_directory(order.folder)) {
    return Error(ErrorCode::kIo, order.folder.string() + " cannot be made a folder",
                 "Choose a folder that you may write to.");
  }
  order_ = order;
  order_.width += order_.width % 2;
  order_.height += order_.height % 2;
  scene.scale = static_cast<double>(order_.height) / scene.height;
  scene.width = order_.width;
  scene.height = order_.height;
  scene.draft = false;
  cancelled_ = false;
  task_ = std::make_unique<Task>(
      [scene = std::move(scene), order = order_](TaskControl& control) mutable {
        return draw_frames(std::move(scene), order, control);
      });
  since_start_.start();
  clock_.start();
  if (on_progress) on_progress();
  return {};
}

void TurnFilm::cancel() {
  if (!running()) return;
  cancelled_ = true;
  if (task_) task_->control().request_cancel();
  if (encoder_) encoder_->kill();
}

double TurnFilm::fraction() const {
  return task_ ? task_->control().progress().fraction : encoder_ ? 1.0 : 0.0;
}

QString TurnFilm::doing() const {
  if (encoder_) return QObject::tr("Film: joining the pictures");
  if (!task_) return {};
  const double done = fraction();
  const int picture =
      std::min(order_.frames, static_cast<int>(std::lround(done * order_.frames)) + 1);
  QString words = QObject::tr("Film: picture %1 of %2").arg(picture).arg(order_.frames);
  if (done > 0) {
    const double left = since_start_.elapsed() / 1000.0 * (1 - done) / done;
    words += left < 90 ? QObject::tr(", %1 s left").arg(std::ceil(left))
                       : QObject::tr(", %1 min left").arg(std::ceil(left / 60));
  }
  return words;
}

void TurnFilm::look() {
  if (task_ && task_->finished()) {
    const auto outcome = task_->wait();
    task_.reset();
    if (!outcome) {
      end(outcome.error());
      return;
    }
    encode();
  }
  if (on_progress) on_progress();
}

void TurnFilm::encode() {
  const QString program = QStandardPaths::findExecutable(QStringLiteral("ffmpeg"));
  if (program.isEmpty()) {
    end(Error(ErrorCode::kNotFound,
              "the pictures are in " + order_.folder.string() +
                  ", but no film was made of them: ffmpeg was not found",
              "Install ffmpeg (Debian and Ubuntu: sudo apt install ffmpeg; else "
              "https://ffmpeg.org) and make the film again, or open the pictures in Fiji "
              "(File > Import > Image Sequence)."));
    return;
  }
  encoder_ = std::make_unique<QProcess>();
  encoder_->setWorkingDirectory(text(order_.folder));
  encoder_->setStandardInputFile(QProcess::nullDevice());
  encoder_->setStandardOutputFile(QProcess::nullDevice());
  QObject::connect(encoder_.get(), &QProcess::finished, &clock_, [this] { encoded(); });
  QObject::connect(encoder_.get(), &QProcess::errorOccurred, &clock_, [this](auto error) {
    if (error == QProcess::FailedToStart) encoded();
  });
  // Only this turn's pictures: the folder may hold those of a longer one. yuv420p is what players
  // and slides understand.
  encoder_->start(
      program,
      {QStringLiteral("-y"), QStringLiteral("-loglevel"), QStringLiteral("error"),
       QStringLiteral("-framerate"), QString::number(order_.rate), QStringLiteral("-i"),
       QStringLiteral("turn_%04d.png"), QStringLiteral("-frames:v"), QString::number(order_.frames),
       QStringLiteral("-pix_fmt"), QStringLiteral("yuv420p"), QStringLiteral("-movflags"),
       QStringLiteral("+faststart"), QString::fromLatin1(kPartName)});
}

void TurnFilm::encoded() {
  if (!encoder_) return;
  QProcess* encoder = encoder_.release();
  encoder->deleteLater();  // it is the sender of what led here
  const fs::path part = order_.folder / kPartName, film = order_.folder / kFilmName;
  const bool good = encoder->error() != QProcess::FailedToStart &&
                    encoder->exitStatus() == QProcess::NormalExit && encoder->exitCode() == 0;
  std::error_code failure;
  if (good && !cancelled_) fs::rename(part, film, failure);
  if (!good || cancelled_) {
    std::error_code ignored;
    fs::remove(part, ignored);
  }
  const QString said = QString::fromLocal8Bit(encoder->readAllStandardError()).trimmed().left(300);
  if (cancelled_) {
    end(cancelled_error("The film"));
  } else if (!good || failure) {
    end(Error(ErrorCode::kIo,
              "the pictures are in " + order_.folder.string() +
                  ", but ffmpeg could not make a film of them" +
                  (said.isEmpty() ? std::string() : ": " + said.toStdString()),
              "Check that the disk has room, or install an ffmpeg that writes MP4 (H.264)."));
  } else {
    end(QObject::tr("Made %1 of %2 pictures").arg(text(film)).arg(order_.frames));
  }
}

void TurnFilm::end(const Result<QString>& outcome) {
  clock_.stop();
  if (on_progress) on_progress();
  if (on_end) on_end(outcome);
}

}  // namespace karyo::gui
