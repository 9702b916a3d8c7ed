#include "app/gui/main_window.h"

#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QKeyEvent>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "app/gui/cheat_sheet.h"
#include "app/gui/command_search.h"
#include "app/gui/error_panel.h"
#include "app/gui/layer_controls.h"
#include "app/gui/layer_panel.h"
#include "app/gui/start_panel.h"
#include "app/gui/status_line.h"
#include "app/gui/theme.h"
#include "app/gui/unsaved_question.h"
#include "app/gui/view_grid.h"
#include "app/gui/window_commands.h"
#include "app/session.h"

namespace karyo::gui {
namespace {

constexpr int kPollMs = 25;
constexpr int kSideWidth = 300;

/// Keys that lists and sliders need too: they are taken only where nothing else wants them.
bool is_navigation(const std::string& shortcut) {
  for (const char* key : {"Left", "Right", "PgUp", "PgDown", "Home", "End", "Space+F", "Esc"}) {
    if (shortcut == key) return true;
  }
  return false;
}

std::string name_of_key(int key) {
  switch (key) {
    case Qt::Key_Left: return "Left";
    case Qt::Key_Right: return "Right";
    case Qt::Key_PageUp: return "PgUp";
    case Qt::Key_PageDown: return "PgDown";
    case Qt::Key_Home: return "Home";
    case Qt::Key_End: return "End";
    case Qt::Key_Escape: return "Esc";
    default: return {};
  }
}

std::vector<std::filesystem::path> local_files(const QMimeData& data) {
  std::vector<std::filesystem::path> files;
  for (const auto& url : data.urls()) {
    if (url.isLocalFile()) files.emplace_back(url.toLocalFile().toStdString());
  }
  return files;
}

}  // namespace

MainWindow::MainWindow(Workspace& workspace) : workspace_(workspace) {
  setAcceptDrops(true);
  setWindowIcon(application_icon());
  resize(1280, 800);
  build_panels();
  add_window_commands(commands_, *this);
  build_menus();
  auto* side_column = new QVBoxLayout(side_);
  side_column->setContentsMargins(0, 0, 0, 0);
  side_column->setSpacing(0);
  side_column->addWidget(new LayerPanel(workspace_, commands_, side_), 2);
  auto* line = new QFrame(side_);
  line->setFixedHeight(1);
  line->setStyleSheet(QStringLiteral("background: #3a3d42;"));
  side_column->addWidget(line);
  auto* scroll = new QScrollArea(side_);
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* inside = new QWidget;
  auto* inside_column = new QVBoxLayout(inside);
  inside_column->setContentsMargins(0, 0, 0, 0);
  inside_column->addWidget(new LayerControls(workspace_, commands_, inside));
  inside_column->addStretch(1);
  inside->setProperty("role", "panel");
  scroll->setWidget(inside);
  side_column->addWidget(scroll, 3);
  start_ = new StartPanel(commands_, stack_);
  stack_->addWidget(start_);
  search_ = new CommandSearch(commands_, this);
  search_->on_chosen = [this](const Command& command) { run(command); };
  cheat_sheet_ = new CheatSheet(commands_, this);

  poll_.setInterval(kPollMs);
  QObject::connect(&poll_, &QTimer::timeout, this, [this] {
    if (!workspace_.poll()) poll_.stop();
    status_->update_work();
  });
  watch_workspace();
  show_or_hide_panels();
  update_title();
  stack_->currentWidget()->setFocus();
  if (workspace_.busy()) poll_.start();
}

MainWindow::~MainWindow() = default;

void MainWindow::watch_workspace() {
  connections_.push_back(workspace_.jobs_changed.connect([this] {
    if (workspace_.busy() && !poll_.isActive()) poll_.start();
  }));
  connections_.push_back(
      workspace_.failed.connect([this](const Error& error) { errors_->show_error(error); }));
  connections_.push_back(workspace_.done.connect(
      [this](const std::string& text) { status_->say(QString::fromStdString(text)); }));
  connections_.push_back(workspace_.layers().list_changed.connect([this] {
    show_or_hide_panels();
    update_title();
  }));
  connections_.push_back(keep_history(commands_, workspace_.history()));
  connections_.push_back(
      commands_.ran.connect([this](const Command& command, const nlohmann::json& arguments) {
        if (command.id == "file.save_session_as" || command.id == "file.open_session") {
          session_path_ = arguments["path"].get<std::string>();
        }
      }));
  connections_.push_back(recorder_.changed.connect([this] {
    status_->show_recording(recorder_.recording(), static_cast<int>(recorder_.steps().size()));
  }));
}

void MainWindow::run(const std::string& id, const nlohmann::json& arguments) {
  const auto outcome = commands_.run(id, arguments);
  if (!outcome) errors_->show_error(outcome.error());
}

void MainWindow::save_session() {
  if (!session_path_.empty()) {
    run("file.save_session_as", {{"path", session_path_}});
    return;
  }
  auto* dialog = new QFileDialog(this, tr("Save the session"));
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setNameFilter(tr("Sessions (*.karyoscope.json)"));
  dialog->setDefaultSuffix(QStringLiteral("karyoscope.json"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  QObject::connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& name) {
    run("file.save_session_as", {{"path", name.toStdString()}});
  });
  dialog->open();
}

void MainWindow::save_macro(const std::string& path) {
  const auto written = write_macro(path, recorder_.steps());
  if (!written) {
    errors_->show_error(written.error());
  } else {
    status_->say(tr("Saved %1").arg(QString::fromStdString(path)));
  }
}

/// Step by step, each when what the one before began is finished; the window stays alive.
void MainWindow::run_macro(const std::string& path) {
  auto steps = read_macro(path);
  if (!steps) {
    errors_->show_error(steps.error());
    return;
  }
  errors_->dismiss();  // one that shows afterwards is the macro's
  auto* clock = new QTimer(this);
  QObject::connect(clock, &QTimer::timeout, this,
                   [this, clock, steps = *std::move(steps), next = std::size_t{0}]() mutable {
                     if (workspace_.busy()) return;
                     if (next < steps.size() && !errors_->isVisible()) {
                       const MacroStep& step = steps[next++];
                       run(step.command, step.arguments);
                       return;
                     }
                     clock->stop();
                     clock->deleteLater();
                   });
  clock->start(kPollMs);
}

void MainWindow::closeEvent(QCloseEvent* event) {
  const auto unsaved = workspace_.unsaved_layers();
  if (unsaved.empty() || leave_unsaved_) {
    event->accept();
    return;
  }
  event->ignore();
  ask_about_unsaved(this, unsaved, tr("Close Karyoscope").toStdString(), [this] {
    leave_unsaved_ = true;
    close();
  });
}

void MainWindow::open_session(const std::string& path) {
  ask_about_unsaved(this, workspace_.unsaved_layers(), tr("Open another session").toStdString(),
                    [this, path] {
                      run("file.open_session", {{"path", path}});
                    });
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
  middle_column->addWidget(errors_);
  side_ = new QWidget(splitter_);
  side_->setProperty("role", "panel");
  side_->setAttribute(Qt::WA_StyledBackground);
  side_->setMinimumWidth(264);
  splitter_->addWidget(middle);
  splitter_->addWidget(side_);
  splitter_->setStretchFactor(0, 1);
  splitter_->setStretchFactor(1, 0);
  splitter_->setSizes({1280 - kSideWidth, kSideWidth});
  status_ = new StatusLine(workspace_, body);
  column->addWidget(splitter_, 1);
  column->addWidget(status_);
  setCentralWidget(body);
  views_->on_hover = [this](const std::optional<WorldPoint>& place) { status_->show_place(place); };
  views_->volume().on_error = [this](const Error& error) { errors_->show_error(error); };
}

/// The Edit menu says what would be taken back.
void MainWindow::name_step(QAction& entry, const Command& command) {
  const bool undo = command.id == "edit.undo";
  if (!undo && command.id != "edit.redo") return;
  const std::string step =
      undo ? workspace_.history().undo_name() : workspace_.history().redo_name();
  const QString title = QString::fromStdString(command.title);
  entry.setText(step.empty() ? title : title + QStringLiteral(": ") + QString::fromStdString(step));
}

void MainWindow::build_menus() {
  std::vector<std::pair<std::string, QMenu*>> menus;
  for (const auto& command : commands_.all()) {
    if (command.title.empty()) continue;
    auto* action = new QAction(QString::fromStdString(command.title), this);
    action->setToolTip(QString::fromStdString(command.help));
    action->setStatusTip(QString());
    action->setCheckable(static_cast<bool>(command.checked));
    if (is_navigation(command.shortcut)) {
      action->setText(action->text() + QLatin1Char('\t') +
                      QString::fromStdString(command.shortcut));
    } else if (!command.shortcut.empty()) {
      action->setShortcuts(QKeySequence::listFromString(
          QString::fromStdString(command.shortcut).replace(QStringLiteral(", "),
                                                           QStringLiteral("; "))));
    }
    const std::string id = command.id;
    QObject::connect(action, &QAction::triggered, this, [this, id] {
      if (const Command* found = commands_.find(id)) run(*found);
    });
    addAction(action);
    if (command.menu.empty()) continue;
    auto menu = std::find_if(menus.begin(), menus.end(),
                             [&](const auto& known) { return known.first == command.menu; });
    if (menu == menus.end()) {
      auto* added = menuBar()->addMenu(QString::fromStdString(command.menu));
      added->setToolTipsVisible(true);
      menus.emplace_back(command.menu, added);
      menu = std::prev(menus.end());
      // What can be done and what is on is asked when a menu opens.
      QObject::connect(added, &QMenu::aboutToShow, this, [this, added] {
        for (QAction* entry : added->actions()) {
          const Command* found = commands_.find(entry->data().toString().toStdString());
          if (found == nullptr) continue;
          entry->setEnabled(found->enabled());
          if (found->checked) entry->setChecked(found->checked());
          name_step(*entry, *found);
        }
      });
      // A closed menu's shortcuts work again whatever was disabled in it; run() asks anew.
      QObject::connect(added, &QMenu::aboutToHide, this, [added] {
        for (QAction* entry : added->actions()) entry->setEnabled(true);
      });
    }
    action->setData(QString::fromStdString(command.id));
    menu->second->addAction(action);
  }
}

void MainWindow::run(const Command& command) {
  if (!command.enabled()) return;
  const auto outcome = commands_.run(command.id);
  if (!outcome) errors_->show_error(outcome.error());
}

void MainWindow::show_or_hide_panels() {
  const bool empty = workspace_.layers().empty();
  QWidget* shown = empty ? static_cast<QWidget*>(start_) : views_;
  if (stack_->currentWidget() != shown) {
    stack_->setCurrentWidget(shown);
    shown->setFocus();  // else the keyboard lands on whatever control comes next
  }
  side_->setVisible(!empty);
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
  const std::string key = name_of_key(event->key());
  if (!key.empty() && event->modifiers() == Qt::NoModifier) {
    for (const auto& command : commands_.all()) {
      if (command.shortcut == key) {
        run(command);
        return;
      }
    }
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
  nlohmann::json list = nlohmann::json::array();
  for (const auto& file : files) list.push_back(file.string());
  const bool session = files.size() == 1 && is_session(files[0]);
  session ? open_session(files[0].string()) : run("file.open_files", {{"files", list}});
  event->acceptProposedAction();
}

}  // namespace karyo::gui
