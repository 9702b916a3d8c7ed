// The library's entry: the window, or its picture.

#include <QApplication>
#include <QElapsedTimer>
#include <QTimer>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <optional>
#include <string>

#include <unistd.h>

#include "app/gui/compare_views.h"
#include "app/gui/error_panel.h"
#include "app/gui/main_window.h"
#include "app/gui/picture_file.h"
#include "app/gui/report_pdf.h"
#include "app/gui/theme.h"
#include "app/gui/translator.h"
#include "app/gui/view_grid.h"
#include "app/gui/watchdog.h"
#include "app/gui_library.h"
#include "app/macro.h"
#include "app/session.h"
#include "app/training_run.h"

namespace karyo::gui {
namespace {

constexpr int kScreenshotLimitMs = 120000;

/// Milliseconds since the kernel started this process.
double process_age_ms() {
  std::ifstream file("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  // Field 22, counted from 1; the name (field 2) may hold blanks.
  std::size_t at = name_end + 2;
  for (int field = 3; field < 22; ++field) at = text.find(' ', at) + 1;
  const double started = std::strtod(text.c_str() + at, nullptr) / double(sysconf(_SC_CLK_TCK));
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (double(now.tv_sec) + double(now.tv_nsec) / 1e9 - started) * 1000;
}

/// KARYOSCOPE_TIMING=1 prints when frames were painted; =quit also ends after the first image.
void report_timing(MainWindow& window) {
  const char* wanted = std::getenv("KARYOSCOPE_TIMING");
  if (wanted == nullptr) return;
  const bool quit = std::string(wanted) == "quit";
  const bool image_expected = window.workspace().busy();
  const auto report = [&window, quit](const char* what, bool last) {
    std::fprintf(stderr, "timing: %s after %.0f ms\n", what, process_age_ms());
    if (quit && last) window.close();
  };
  window.on_first_frame = [report, image_expected] {
    report("first frame painted", !image_expected);
  };
  window.on_first_image = [report] { report("first image painted", true); };
}

void start_reading(Workspace& workspace, const GuiRequest& request) {
  if (request.files.size() == 1 && is_session(request.files[0])) {
    const auto opened = open_session(request.files[0], workspace);
    if (!opened) workspace.failed.emit(opened.error());
    return;
  }
  workspace.open(request.files);
  if (!request.labels.empty()) workspace.open({request.labels}, OpenAs::kLabels);
}

Result<void> show_window(const GuiRequest& request) {
  int argc = 1;
  std::string name = "karyoscope";
  char* argv[] = {name.data(), nullptr};
  Workspace workspace;
  start_reading(workspace, request);  // reads while Qt starts
  const SettingsStore settings(settings_path());
  // Qt scales texts, controls and icons together, so that nothing is cut off; it asks once.
  if (settings.get().text_size != 100 && !qEnvironmentVariableIsSet("QT_SCALE_FACTOR")) {
    qputenv("QT_SCALE_FACTOR", QByteArray::number(settings.get().text_size / 100.0));
  }
  WatchedApplication application(argc, argv);
  if (WatchedApplication::wanted()) application.on_slow = WatchedApplication::print;
  QApplication::setApplicationName(QStringLiteral("Karyoscope"));
  QApplication::setDesktopFileName(QStringLiteral("karyoscope"));
  apply_language(application, language_from(settings.get().language));
  apply_theme(application, theme_from(settings.get().theme));
  MainWindow window(workspace, settings, autosave_folder());
  if (!settings.problem().empty()) {
    window.errors().show_error(
        {ErrorCode::kBadFile, "the settings could not be read", settings.problem()});
  }
  report_timing(window);
  window.show();
  QApplication::exec();
  return {};
}

Result<void> choose_view(Workspace& workspace, const std::string& view) {
  auto& state = workspace.view();
  if (view == "quad") state.set_layout(ViewLayoutKind::kFour);
  if (view == "xy") state.set_layout(ViewLayoutKind::kPlane, Plane::kXY);
  if (view == "xz") state.set_layout(ViewLayoutKind::kPlane, Plane::kXZ);
  if (view == "yz") state.set_layout(ViewLayoutKind::kPlane, Plane::kYZ);
  if (view == "compare" && workspace.layers().count() < 2) {
    return Error(ErrorCode::kInvalidArgument, "there is only one image, and nothing beside it",
                 "Give the input, the prediction and the truth to --view compare.");
  }
  if (view != "3d") return {};
  if (!workspace.has_depth()) {
    return Error(ErrorCode::kInvalidArgument, "a flat image has no 3D view",
                 "Use --view xy, or give a stack.");
  }
  state.set_layout(ViewLayoutKind::kVolume);
  return {};
}

/// Qt's platform without a screen has remarks about itself that help nobody here.
void keep_remarks_back() {
  qInstallMessageHandler([](QtMsgType type, const QMessageLogContext&, const QString& text) {
    if (type == QtCriticalMsg || type == QtFatalMsg) {
      std::fprintf(stderr, "%s\n", text.toLocal8Bit().constData());
    }
  });
}

Result<void> draw_screenshot(const GuiRequest& request) {
  keep_remarks_back();
  // Qt's own platform without a screen; the 3D view has its context without one as well.
  qputenv("QT_QPA_PLATFORM", "offscreen");
  int argc = 1;
  std::string name = "karyoscope";
  char* argv[] = {name.data(), nullptr};
  QApplication application(argc, argv);
  apply_theme(application);
  Workspace workspace;
  std::optional<Error> failure;
  const auto watch = workspace.failed.connect([&](const Error& error) {
    if (!failure) failure = error;
  });
  // Images first, so that a mask given before its image still lies on top of it.
  workspace.open(request.files);
  workspace.finish_jobs();
  if (!request.labels.empty()) {
    workspace.open({request.labels}, OpenAs::kLabels);
    workspace.finish_jobs();
  }
  if (failure) return *failure;
  KARYO_CHECK_OK(choose_view(workspace, !request.view.empty()     ? request.view
                                        : workspace.has_depth() ? "quad"
                                                                : "xy"));

  std::unique_ptr<MainWindow> window;
  std::unique_ptr<ViewGrid> views;
  QWidget* drawn = nullptr;
  ViewGrid* grid = nullptr;
  if (request.whole_window) {
    window = std::make_unique<MainWindow>(workspace);
    grid = &window->views();
    drawn = window.get();
  } else {
    views = std::make_unique<ViewGrid>(workspace);
    grid = views.get();
    drawn = views.get();
  }
  if (request.view == "compare") {
    auto choices = one_layer_each(workspace.layers());
    const int columns = static_cast<int>(choices.size());
    grid->show_chosen(std::move(choices), columns);
  }
  grid->volume().on_error = [&](const Error& error) { failure = error; };
  // There is no pointer, though the platform says it rests in a corner.
  grid->setAttribute(Qt::WA_TransparentForMouseEvents);
  drawn->resize(request.width, request.height);
  drawn->show();
  grid->reset();
  QElapsedTimer clock;
  clock.start();
  do {
    QApplication::processEvents(QEventLoop::AllEvents, 20);
  } while (!failure && (workspace.busy() || !grid->settled()) &&
           clock.elapsed() < kScreenshotLimitMs);
  if (failure) return *failure;
  if (!grid->settled()) {
    return Error(ErrorCode::kTooLarge, "the 3D view was not drawn within two minutes",
                 "Use a smaller --size, or --view xy.");
  }
  return write_png(drawn->grab().toImage(), request.screenshot);
}

Result<void> print_report(const GuiRequest& request) {
  keep_remarks_back();
  qputenv("QT_QPA_PLATFORM", "offscreen");
  int argc = 1;
  std::string name = "karyoscope";
  char* argv[] = {name.data(), nullptr};
  const QGuiApplication application(argc, argv);
  return write_report_pdf(*request.report, request.pdf);
}

/// A macro that needs the window's commands, off screen.
Result<void> replay(const GuiRequest& request) {
  KARYO_TRY(const auto steps, read_macro(request.macro));
  qputenv("QT_QPA_PLATFORM", "offscreen");
  int argc = 1;
  std::string name = "karyoscope";
  char* argv[] = {name.data(), nullptr};
  QApplication application(argc, argv);
  apply_theme(application);
  Workspace workspace;
  MainWindow window(workspace);
  window.resize(request.width, request.height);
  window.show();
  std::optional<Error> failure;
  const auto watch = workspace.failed.connect([&](const Error& error) {
    if (!failure) failure = error;
  });
  return run_macro(window.commands(), steps, [&]() -> Result<void> {
    QElapsedTimer clock;
    clock.start();
    do {
      QApplication::processEvents(QEventLoop::AllEvents, 20);
    } while (!failure && (workspace.training().poll() ||
                          (!window.settled() && clock.elapsed() < kScreenshotLimitMs)));
    if (failure) return *failure;
    if (const auto& failed = workspace.training().failure()) return *failed;
    return {};
  });
}

}  // namespace
}  // namespace karyo::gui

extern "C" __attribute__((visibility("default"))) void karyoscope_gui(
    const karyo::GuiRequest* request, karyo::Result<void>* outcome) {
  *outcome = request->report != nullptr    ? karyo::gui::print_report(*request)
             : !request->macro.empty()     ? karyo::gui::replay(*request)
             : request->screenshot.empty() ? karyo::gui::show_window(*request)
                                           : karyo::gui::draw_screenshot(*request);
}
