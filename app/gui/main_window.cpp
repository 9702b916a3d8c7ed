#include "app/gui/main_window.h"

#include <QApplication>
#include <QDragEnterEvent>
#include <QKeyEvent>
#include <QMimeData>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "app/dataset_session.h"
#include "app/gui/annotate_panel.h"
#include "app/gui/cheat_sheet.h"
#include "app/gui/command_search.h"
#include "app/gui/compare_views.h"
#include "app/gui/controls.h"
#include "app/gui/dataset_strip.h"
#include "app/gui/draw_tool.h"
#include "app/gui/error_panel.h"
#include "app/gui/filter_dialog.h"
#include "app/gui/key_editor.h"
#include "app/gui/layer_controls.h"
#include "app/gui/layer_panel.h"
#include "app/gui/line_icon.h"
#include "app/gui/mark_tool.h"
#include "app/gui/measure_panel.h"
#include "app/gui/measure_tool.h"
#include "app/gui/measured_panel.h"
#include "app/gui/menus.h"
#include "app/gui/model_tool.h"
#include "app/gui/offer_panel.h"
#include "app/gui/paint_tool.h"
#include "app/gui/region_at_hand.h"
#include "app/gui/slab_controls.h"
#include "app/gui/start_panel.h"
#include "app/gui/status_line.h"
#include "app/gui/theme.h"
#include "app/gui/tool_column.h"
#include "app/gui/track_panel.h"
#include "app/gui/track_tool.h"
#include "app/gui/train_panel.h"
#include "app/gui/translator.h"
#include "app/gui/use_panel.h"
#include "app/gui/view_grid.h"
#include "app/gui/volume_controls.h"
#include "app/gui/volume_tool.h"
#include "app/gui/window_commands.h"
#include "app/gui/window_dialogs.h"
#include "app/model_in_use.h"
#include "app/model_walk.h"

namespace karyo::gui {
namespace {

constexpr int kPollMs = 25;
constexpr int kAutosaveMs = 30000;
constexpr int kWorkMs = 10000;  // time spent is counted in pieces like this, if something was done
constexpr int kSideWidth = 300;

std::string absolute_path(const std::string& path) {
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(path, failed);
  return failed ? path : absolute.lexically_normal().string();
}

std::vector<std::filesystem::path> local_files(const QMimeData& data) {
  std::vector<std::filesystem::path> files;
  for (const auto& url : data.urls()) {
    if (url.isLocalFile()) files.emplace_back(url.toLocalFile().toStdString());
  }
  return files;
}

}  // namespace

MainWindow::MainWindow(Workspace& workspace, SettingsStore settings,
                       const std::filesystem::path& autosaves)
    : workspace_(workspace), settings_(std::move(settings)), autosave_(autosaves) {
  setAcceptDrops(true);
  setWindowIcon(application_icon());
  resize(1280, 800);
  workspace_.training().set_place(settings_.get().compute);
  build_panels();
  add_window_commands(commands_, *this);
  commands_.translate(translated);
  keymap_ = std::make_unique<Keymap>(commands_);
  keymap_->restore(settings_.get().key_preset, settings_.get().own_keys);
  build_menus();
  make_tools();
  build_side();
  build_tool_columns();
  build_tracks();
  build_measured();
  build_strip();
  build_mode_switch();
  start_ = new StartPanel(commands_, stack_);
  stack_->addWidget(start_);
  search_ = new CommandSearch(commands_, this);
  search_->on_chosen = [this](const Command& command) { run(command); };
  cheat_sheet_ = new CheatSheet(commands_, this);
  cheat_sheet_->shows = [this](const Command& command) {
    const bool labels = command.id.starts_with("labels.") || command.id.starts_with("dataset.") ||
                        command.id.starts_with("review.") || command.id.starts_with("rois.");
    const bool looks = command.id.starts_with("image.") || command.id.starts_with("measure.") ||
                       command.id.starts_with("file.") || command.id.starts_with("go.");
    // Keys of tracks stand there while tracks are worked on, in the place of those for looking.
    if (key_place(command.id) == "walk") return workspace_.model().is_open();
    const bool tracks = command.id.starts_with("tracks.") || command.id == "tool.track";
    if (tracks) return tracks_shown();
    if (mode_ == Mode::kSee) return !labels && !(looks && tracks_shown());
    return !looks;
  };

  poll_.setInterval(kPollMs);
  QObject::connect(&poll_, &QTimer::timeout, this, [this] {
    if (!workspace_.poll()) poll_.stop();
    run_when_saved();
    status_->update_work();
  });
  autosave_clock_.setInterval(kAutosaveMs);
  QObject::connect(&autosave_clock_, &QTimer::timeout, this, [this] {
    const auto saved = autosave_.save(workspace_);
    if (!saved) autosave_clock_.stop();  // the disk is full or read only: once is enough to say
    if (!saved) errors_->show_error(saved.error());
  });
  autosave_clock_.start();
  work_clock_.setInterval(kWorkMs);
  QObject::connect(&work_clock_, &QTimer::timeout, this, [this] {
    if (std::exchange(worked_, false) && isActiveWindow()) {
      workspace_.dataset().add_seconds(kWorkMs / 1000.0);
    }
  });
  work_clock_.start();
  offer_left_behind();
  restore_layout(settings_.get().window);
  watch_workspace();
  show_or_hide_panels();
  update_title();
  stack_->currentWidget()->setFocus();
  if (workspace_.busy()) poll_.start();
}

MainWindow::~MainWindow() = default;

void MainWindow::build_side() {
  auto* side_column = new QVBoxLayout(side_);
  side_column->setContentsMargins(0, 0, 0, 0);
  side_column->setSpacing(0);
  layer_panel_ = new LayerPanel(workspace_, commands_, side_);
  side_column->addWidget(layer_panel_, 2);
  auto* line = new QFrame(side_);
  line->setFixedHeight(1);
  line->setProperty("role", "line");
  side_column->addWidget(line);
  mode_pages_ = new QStackedWidget(side_);
  mode_pages_->addWidget(build_see_page());
  const auto run_it = [this](const std::string& id, const nlohmann::json& arguments) {
    return run(id, arguments);
  };
  auto region = std::make_unique<RegionAtHand>(workspace_, *measure_tool_,
                                               [this] { return measuring().has_value(); });
  annotate_panel_ =
      new AnnotatePanel(workspace_, commands_, run_it, std::move(region), mode_pages_);
  mode_pages_->addWidget(annotate_panel_);
  mode_pages_->addWidget(scrolled(new TrainPanel(workspace_, run_it, nullptr), mode_pages_));
  build_judge();
  use_panel_ = new UsePanel(workspace_, commands_, run_it, nullptr);
  mode_pages_->addWidget(scrolled(use_panel_, mode_pages_));
  side_column->addWidget(mode_pages_, 3);
}

QWidget* MainWindow::build_see_page() {
  auto* inside = new QWidget;
  auto* inside_column = new QVBoxLayout(inside);
  inside_column->setContentsMargins(0, 0, 0, 0);
  measure_panel_ = new MeasurePanel(workspace_, commands_, *measure_tool_, inside);
  measure_panel_->hide();
  inside_column->addWidget(measure_panel_);
  inside_column->addWidget(new LayerControls(workspace_, commands_, inside));
  inside_column->addWidget(new SlabControls(workspace_, commands_, inside));
  inside_column->addWidget(new VolumeControls(workspace_, commands_, views_->volume(), inside));
  inside_column->addStretch(1);
  return scrolled(inside, mode_pages_);
}

void MainWindow::watch_workspace() {
  connections_.push_back(workspace_.jobs_changed.connect([this] {
    if (workspace_.busy() && !poll_.isActive()) poll_.start();
  }));
  connections_.push_back(
      workspace_.failed.connect([this](const Error& error) { errors_->show_error(error); }));
  connections_.push_back(workspace_.done.connect(
      [this](const std::string& text) { status_->say(message_text(text)); }));
  connections_.push_back(workspace_.layers().list_changed.connect([this] {
    show_or_hide_panels();
    update_title();
  }));
  connections_.push_back(keep_history(commands_, workspace_.history(), translated));
  connections_.push_back(
      commands_.ran.connect([this](const Command& command, const nlohmann::json& arguments) {
        worked_ = true;
        if (command.id == "file.save_session_as" || command.id == "file.open_session") {
          session_path_ = arguments["path"].get<std::string>();
          keep([&](Settings& settings) { settings.note_recent(absolute_path(session_path_)); });
        } else if (command.id == "file.open_sequence") {
          keep([&](Settings& settings) {
            settings.note_recent(absolute_path(arguments["path"].get<std::string>()));
          });
        } else if (command.id == "file.open_files") {
          for (const auto& file : arguments["files"]) {
            keep([&](Settings& settings) {
              settings.note_recent(absolute_path(file.get<std::string>()));
            });
          }
        }
      }));
  connections_.push_back(workspace_.dataset().conflict.connect([this] {
    const DatasetItem* item = workspace_.dataset().current_item();
    if (item == nullptr) return;
    offer_->offer(tr("%1 was changed by another program since it was saved here. Which is to be "
                     "gone on with?")
                      .arg(QString::fromStdString(item->mask.filename().string())),
                  tr("The file as it is now"), tr("What was drawn here"), [this](bool file) {
                    DatasetSession& dataset = workspace_.dataset();
                    const auto outcome = file ? dataset.take_file() : dataset.keep_edits();
                    if (!outcome) errors_->show_error(outcome.error());
                  });
  }));
  connections_.push_back(recorder_.changed.connect([this] {
    status_->show_recording(recorder_.recording(), static_cast<int>(recorder_.steps().size()));
  }));
}

void MainWindow::build_panels() {
  auto* body = new QWidget(this);
  auto* column = new QVBoxLayout(body);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  splitter_ = new QSplitter(Qt::Horizontal, body);
  splitter_->setHandleWidth(2);
  splitter_->setChildrenCollapsible(false);
  auto* middle = new QWidget(splitter_);
  auto* middle_column = new QVBoxLayout(middle);
  middle_column->setContentsMargins(0, 0, 0, 0);
  middle_column->setSpacing(0);
  stack_ = new QStackedWidget(middle);
  views_ = new ViewGrid(workspace_, stack_);
  views_->setFocusPolicy(Qt::ClickFocus);
  stack_->addWidget(views_);
  errors_ = new ErrorPanel(middle);
  middle_column->addWidget(stack_, 1);
  offer_ = new OfferPanel(middle);
  middle_column->addWidget(offer_);
  middle_column->addWidget(errors_);
  side_ = new QWidget(splitter_);
  side_->setProperty("role", "panel");
  side_->setMinimumWidth(264);
  splitter_->addWidget(middle);
  splitter_->addWidget(side_);
  splitter_->setStretchFactor(0, 1);
  splitter_->setStretchFactor(1, 0);
  splitter_->setSizes({1280 - kSideWidth, kSideWidth});
  status_ = new StatusLine(workspace_, body);
  tools_row_ = new QHBoxLayout;
  tools_row_->setSpacing(0);
  tools_row_->addWidget(splitter_, 1);
  column->addLayout(tools_row_, 1);
  column->addWidget(status_);
  setCentralWidget(body);
  views_->on_hover = [this](const std::optional<WorldPoint>& place) { status_->show_place(place); };
  views_->volume().on_error = [this](const Error& error) { errors_->show_error(error); };
}

void MainWindow::build_menus() {
  menus_ = new Menus(commands_, settings_, *this, [this](const Command& command) { run(command); });
  menus_->detail_of = [this](const Command& command) {
    if (command.id == "edit.undo") return workspace_.history().undo_name();
    if (command.id == "edit.redo") return workspace_.history().redo_name();
    return std::string();
  };
  menus_->open_recent = [this](const std::string& path) { open_any({path}); };
  connections_.push_back(keymap_->changed.connect([this] {
    menus_->update_keys();
    refresh_tools();
    cheat_sheet_->refill();
    keep([this](Settings& settings) {
      settings.key_preset = keymap_->preset();
      settings.own_keys = keymap_->own();
    });
  }));
}

void MainWindow::keep(const std::function<void(Settings&)>& change) {
  const auto kept = settings_.change(change);
  if (!kept) status_->say(tr("Settings were not saved: %1").arg(message_text(kept.error().what)));
}

void MainWindow::set_theme(const std::string& name) {
  apply_theme(*qApp, theme_from(name));
  keep([&](Settings& settings) { settings.theme = name; });
}

void MainWindow::set_language(const std::string& name) {
  keep([&](Settings& settings) { settings.language = name; });
  status_->say(tr("The language is another one when Karyoscope is started again"));
}

void MainWindow::set_text_size(int percent) {
  keep([&](Settings& settings) { settings.text_size = percent; });
  status_->say(tr("Texts have their new size when Karyoscope is started again"));
}

void MainWindow::set_compute(const worker::FarPlace& place) {
  keep([&](Settings& settings) { settings.compute = place; });
  workspace_.training().set_place(place);
}

void MainWindow::edit_keys() {
  (new KeyEditor(commands_, *keymap_, this))->show();
}

void MainWindow::run(const Command& command) {
  if (!command.enabled()) return;
  for (const Filter& filter : all_filters()) {
    if (filter.id != command.id) continue;
    (new FilterDialog(*this, filter))->show();
    return;
  }
  run(command.id, nlohmann::json::object());
}

void MainWindow::show_or_hide_panels() {
  const bool empty = workspace_.layers().empty();
  QWidget* shown = empty ? static_cast<QWidget*>(start_) : views_;
  if (stack_->currentWidget() != shown) {
    stack_->setCurrentWidget(shown);
    shown->setFocus();  // else the keyboard lands on whatever control comes next
  }
  const bool drawing = mode_ == Mode::kAnnotate || mode_ == Mode::kTrain;
  side_->setVisible(!empty || (mode_ != Mode::kSee && mode_ != Mode::kAnnotate));
  see_tools_->setVisible(!empty && mode_ == Mode::kSee);
  annotate_tools_->setVisible(!empty && drawing);
  look_tools_->setVisible(!empty && (mode_ == Mode::kJudge || mode_ == Mode::kUse));
  strip_->setVisible(drawing);
  track_panel_->setVisible(!empty && tracks_shown());
  measured_panel_->setVisible(!empty && measured_shown());
}

void MainWindow::update_title() {
  const auto& layers = workspace_.layers();
  setWindowTitle(layers.empty() ? QStringLiteral("Karyoscope")
                                : QString::fromStdString(layers.at(0).name()) +
                                      QStringLiteral(" – Karyoscope"));
}

bool MainWindow::settled() const { return !workspace_.busy() && views_->settled(); }

void MainWindow::paintEvent(QPaintEvent* event) {
  QMainWindow::paintEvent(event);
  // The event loop comes round after this frame went to the screen.
  if (on_first_frame) {
    QTimer::singleShot(0, this, std::exchange(on_first_frame, nullptr));
  }
  if (on_first_image && !workspace_.layers().empty()) {
    QTimer::singleShot(0, this, std::exchange(on_first_image, nullptr));
  }
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Space) {
    space_held_ = true;
    return;
  }
  if (event->key() == Qt::Key_F && space_held_ && !event->isAutoRepeat()) {
    views_->toggle_maximised();
    return;
  }
  const std::string key = navigation_key(event->key());
  const bool walks = workspace_.model().walk().on() && !cheat_sheet_->isVisible();
  const Command* command =
      key.empty() ? nullptr : keymap_->command_of(key, walks ? "walk" : std::string());
  if (command != nullptr && event->modifiers() == Qt::NoModifier) {
    if (command->id == "walk.leave" && cancel_drawing()) return;
    run(*command);
    return;
  }
  QMainWindow::keyPressEvent(event);
}

void MainWindow::keyReleaseEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) space_held_ = false;
  QMainWindow::keyReleaseEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls() && !local_files(*event->mimeData()).empty()) {
    event->acceptProposedAction();
  }
}

void MainWindow::dropEvent(QDropEvent* event) {
  const auto files = local_files(*event->mimeData());
  if (files.empty()) return;
  std::vector<std::string> paths;
  for (const auto& file : files) paths.push_back(file.string());
  open_any(paths);
  event->acceptProposedAction();
}

}  // namespace karyo::gui
