#pragma once

/// From a picture to a mask in six steps: threshold, split, clean, fix, check, save. Each can be
/// passed over; their settings stay for the next image.

#include <QTimer>
#include <QWidget>
#include <functional>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/workspace.h"
#include "core/segment/mask_steps.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QPushButton;
class QToolButton;
class QVBoxLayout;

namespace karyo {
struct BatchCount;
}

namespace karyo::gui {

class RegionAtHand;
class ValueSlider;

class StepsPanel : public QWidget {
 public:
  using Run = std::function<bool(const std::string& id, const nlohmann::json& arguments)>;
  StepsPanel(Workspace& workspace, const CommandTable& commands, Run run, RegionAtHand& region,
             QWidget* parent);

 protected:
  void hideEvent(QHideEvent* event) override;

 private:
  struct Section {
    QToolButton* head;
    QWidget* body;
  };
  void build_top();
  QGridLayout* add_section(const QString& title, const QString& help);
  void build_threshold();
  void build_split();
  void build_clean();
  void build_fix();
  void build_check();
  void build_save();
  void open_section(int number);
  ValueSlider* add_number(QGridLayout& form, const char* name, const QString& label, double low,
                          double high, int decimals, const QString& unit, const QString& help,
                          std::function<double&(MaskSteps&)> field);
  QCheckBox* add_flag(QGridLayout& form, const char* name, const QString& label,
                      const QString& help, std::function<bool&(MaskSteps&)> field);
  void show_settings();
  void show_counts();
  void setting_changed();
  void suggest();
  void preview_now();
  void keep();
  void apply_to_next(bool save);
  void show_batch(const std::vector<BatchCount>& counts);
  struct Picture;
  bool find_picture(Picture& picture);
  QPushButton* add_button(QVBoxLayout& column, const QString& text, const char* name,
                          const QString& help, std::function<void()> body);

  Workspace& workspace_;
  const CommandTable& commands_;
  Run run_;
  RegionAtHand& region_;
  MaskSteps steps_;
  std::vector<Section> sections_;
  std::vector<std::function<void()>> show_;  // puts a setting into its control
  QVBoxLayout* column_;
  QCheckBox* live_;
  QLabel* counts_;
  QComboBox *method_, *objects_, *split_;
  QLabel *batch_, *check_;
  QTimer later_;  // settings that follow each other quickly are tried once
  std::vector<Connection> connections_;
};

}  // namespace karyo::gui
