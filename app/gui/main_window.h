#pragma once

/// Panels around the picture.

#include <QMainWindow>
#include <QTimer>
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/autosave.h"
#include "app/commands.h"
#include "app/keymap.h"
#include "app/macro.h"
#include "app/settings.h"
#include "app/workspace.h"

class QHBoxLayout;
class QSplitter;
class QStackedWidget;
class QToolButton;

namespace karyo {
class Comparison;
class MeasuredObjects;
class TrackDesk;
}

namespace karyo::gui {

class CheatSheet;
class AnnotatePanel;
class CommandSearch;
class CompareViews;
class DatasetStrip;
class DrawTool;
enum class DrawKind;
class ErrorPanel;
class JudgePanel;
class UsePanel;
class MeasurePanel;
class MeasuredPanel;
class OfferPanel;
class MarkTool;
class MeasureTool;
class Menus;
enum class MarkKind;
class ModelTool;
class PaintTool;
enum class PaintKind;
class StartPanel;
class StatusLine;
class ToolColumn;
class TrackPanel;
class TrackTool;
class ViewGrid;
class VolumeTool;
enum class VolumeToolKind;

class MainWindow : public QMainWindow {
 public:
  /// Settings of a store without a file last as long as the window.
  /// Sessions are kept in `autosaves`, and what others left there is offered; empty: neither.
  explicit MainWindow(Workspace& workspace, SettingsStore settings = {},
                      const std::filesystem::path& autosaves = {});
  ~MainWindow() override;

  Workspace& workspace() { return workspace_; }
  CommandTable& commands() { return commands_; }
  ViewGrid& views() { return *views_; }
  ErrorPanel& errors() { return *errors_; }
  StatusLine& status() { return *status_; }
  CommandSearch& search() { return *search_; }
  CheatSheet& cheat_sheet() { return *cheat_sheet_; }

  /// Runs a command as a menu does; an error goes to the panel.
  void run(const Command& command);
  /// Whether it went well. A command that reads the masks of the open folder is run once what was
  /// drawn last is on disk; true then.
  bool run(const std::string& id, const nlohmann::json& arguments);
  MacroRecorder& recorder() { return recorder_; }
  /// Into the session's file, or where a person says when it has none.
  void save_session();
  /// Asks first where something would be lost.
  void open_session(const std::string& path);
  /// A folder to annotate; asks first where something would be lost.
  void open_dataset(const std::string& path);
  void save_macro(const std::string& path);
  void run_macro(const std::string& path);
  /// Opens files, or a session.
  void open_any(const std::vector<std::string>& paths);
  void edit_keys();
  /// "system", "dark", "light", "high_contrast"; kept in the settings.
  void set_theme(const std::string& name);
  /// "system", "en", "fi"; kept in the settings, for the next start. The same of the size of texts
  /// and controls, per cent.
  void set_language(const std::string& name);
  void set_text_size(int percent);
  /// Where models learn; kept in the settings, and holds for the next training.
  void set_compute(const worker::FarPlace& place);
  /// The tool of the plane views: none, or what is measured.
  void set_measuring(std::optional<MeasureKind> kind);
  std::optional<MeasureKind> measuring() const;
  /// The same of marks that are put into layers; a tool that is chosen ends the other.
  void set_marking(std::optional<MarkKind> kind);
  MarkTool& mark_tool() { return *mark_tool_; }
  /// The same of labels that are painted.
  void set_painting(std::optional<PaintKind> kind);
  PaintTool& paint_tool() { return *paint_tool_; }
  /// The same of areas and lines that are drawn into labels.
  void set_drawing(std::optional<DrawKind> kind);
  DrawTool& draw_tool() { return *draw_tool_; }
  /// The same of nuclei that a model sees.
  void set_model_clicking(bool on);
  ModelTool& model_tool() { return *model_tool_; }
  VolumeTool& volume_tool() { return *volume_tool_; }
  /// What the window is set up for: tools and panels; the picture stays. Kept in the settings.
  enum class Mode { kSee, kAnnotate, kTrain, kJudge, kUse };
  void set_mode(Mode mode);
  Mode mode() const { return mode_; }
  /// Use mode, with the model that was trained last.
  void show_applying();
  /// What the Judge mode shows; the commands keep it. To be set once, before panels are made.
  void set_comparison(std::shared_ptr<Comparison> comparison);
  Comparison& comparison() { return *comparison_; }
  /// The tracks that are worked on; set as the comparison is. The panel stands under the picture,
  /// and comes with the tool that corrects tracks.
  void set_track_desk(std::shared_ptr<TrackDesk> desk);
  TrackDesk& track_desk() { return *track_desk_; }
  TrackPanel& track_panel() { return *track_panel_; }
  void show_tracks(bool on);
  bool tracks_shown() const { return below_ == Below::kTracks; }
  /// The same of all objects as a table, in the same place.
  void set_measured_objects(std::shared_ptr<MeasuredObjects> objects);
  MeasuredPanel& measured_panel() { return *measured_panel_; }
  void show_measured(bool on);
  bool measured_shown() const { return below_ == Below::kMeasured; }
  void set_tracking(bool on);
  bool tracking() const;
  /// Gives up what a tool has drawn so far; false when there was nothing. The tool stays.
  bool cancel_drawing();
  MeasureTool& measure_tool() { return *measure_tool_; }
  MeasurePanel& measure_panel() { return *measure_panel_; }
  Keymap& keymap() { return *keymap_; }
  const Settings& settings() const { return settings_.get(); }
  /// Everything asked for is on screen: files read, 3D drawn.
  bool settled() const;

  /// Called after the first frame, and after the first one with a layer.
  std::function<void()> on_first_frame, on_first_image;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void keyReleaseEvent(QKeyEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void closeEvent(QCloseEvent* event) override;

 private:
  void build_menus();
  void build_side();
  void build_mode_switch();
  QWidget* build_see_page();
  void make_tools();
  void build_tool_columns();
  void build_judge();
  void build_tracks();
  void build_measured();
  void build_strip();
  void refresh_tools();
  void put_tools_away();
  void show_annotating();
  void use_in_3d(VolumeToolKind kind);
  void watch_workspace();
  void offer_left_behind();
  bool run_now(const std::string& id, const nlohmann::json& arguments);
  void run_when_saved();
  void keep_split();
  std::string layout_text();
  void close_when_saved();
  void restore_layout(const std::string& text);
  void keep(const std::function<void(Settings&)>& change);
  void build_panels();
  void show_or_hide_panels();
  void update_title();

  Workspace& workspace_;
  SettingsStore settings_;
  CommandTable commands_;
  std::unique_ptr<Keymap> keymap_;  // made when all commands are there
  Menus* menus_ = nullptr;
  MacroRecorder recorder_{commands_};
  Autosave autosave_;
  QTimer autosave_clock_;
  std::string session_path_;
  bool leave_unsaved_ = false;
  QTimer* closing_ = nullptr;      // waits until all is on disk
  bool training_settled_ = false;  // a person has said what is to become of it
  QTimer poll_;
  std::unique_ptr<MeasureTool> measure_tool_;
  std::unique_ptr<MarkTool> mark_tool_;
  std::unique_ptr<PaintTool> paint_tool_;
  std::unique_ptr<DrawTool> draw_tool_;
  std::unique_ptr<ModelTool> model_tool_;
  std::unique_ptr<VolumeTool> volume_tool_;
  Mode mode_ = Mode::kSee;
  std::optional<std::pair<std::string, nlohmann::json>> to_run_;  // once the mask is saved
  std::array<QByteArray, 5> splits_;  // where the splitter stood in each mode
  MeasurePanel* measure_panel_ = nullptr;
  ToolColumn* see_tools_ = nullptr;
  ToolColumn* annotate_tools_ = nullptr;
  ToolColumn* look_tools_ = nullptr;
  QWidget* layer_panel_ = nullptr;
  QStackedWidget* mode_pages_ = nullptr;
  AnnotatePanel* annotate_panel_ = nullptr;
  std::shared_ptr<Comparison> comparison_;
  JudgePanel* judge_panel_ = nullptr;
  UsePanel* use_panel_ = nullptr;
  std::unique_ptr<CompareViews> compare_views_;
  std::shared_ptr<TrackDesk> track_desk_;
  std::unique_ptr<TrackTool> track_tool_;
  TrackPanel* track_panel_ = nullptr;
  std::shared_ptr<MeasuredObjects> measured_objects_;
  MeasuredPanel* measured_panel_ = nullptr;
  enum class Below { kNothing, kTracks, kMeasured };
  Below below_ = Below::kNothing;  // what stands under the picture
  DatasetStrip* strip_ = nullptr;
  std::vector<QToolButton*> mode_buttons_;
  QTimer work_clock_;
  bool worked_ = false;  // something was done since the clock last struck
  QHBoxLayout* tools_row_ = nullptr;
  QStackedWidget* stack_ = nullptr;
  StartPanel* start_ = nullptr;
  ViewGrid* views_ = nullptr;
  QSplitter* splitter_ = nullptr;
  QWidget* side_ = nullptr;
  ErrorPanel* errors_ = nullptr;
  OfferPanel* offer_ = nullptr;
  StatusLine* status_ = nullptr;
  CommandSearch* search_ = nullptr;
  CheatSheet* cheat_sheet_ = nullptr;
  bool space_held_ = false;
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
