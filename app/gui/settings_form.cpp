#include "app/gui/settings_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>
#include <variant>

#include "app/gui/controls.h"
#include "app/gui/theme.h"
#include "app/gui/translator.h"

namespace karyo::gui {
namespace {

std::string joined(const QStringList& words) {
  return words.isEmpty() ? "none" : words.join(QLatin1Char(',')).toStdString();
}

/// A tick for each word that a list can hold.
class WordTicks : public QWidget {
 public:
  WordTicks(const QStringList& words, QWidget* parent) : QWidget(parent), words_(words) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setVerticalSpacing(0);
    for (int i = 0; i < words.size(); ++i) {
      auto* tick = new QCheckBox(QString::fromStdString(translated(words[i].toStdString())), this);
      tick->setObjectName(words[i]);
      QObject::connect(tick, &QCheckBox::clicked, this, [this] {
        if (on_change) on_change();
      });
      grid->addWidget(tick, i / 2, i % 2);
      ticks_.push_back(tick);
    }
  }
  /// With the strengths that were set ("noise=0.5").
  QStringList ticked() const {
    QStringList list;
    for (int i = 0; i < words_.size(); ++i) {
      if (!ticks_[static_cast<std::size_t>(i)]->isChecked()) continue;
      const QStringList given = given_.filter(
          QRegularExpression(QStringLiteral("^%1(=.*)?$").arg(words_[i])));
      list << given.value(0, words_[i]);
    }
    return list;
  }
  void set_ticked(const QStringList& list) {
    given_ = list;
    for (int i = 0; i < words_.size(); ++i) {
      const bool on = list.contains(words_[i]) ||
                      !list.filter(words_[i] + QLatin1Char('=')).isEmpty();
      ticks_[static_cast<std::size_t>(i)]->setChecked(on);
    }
  }
  std::function<void()> on_change;

 private:
  QStringList words_, given_;
  std::vector<QCheckBox*> ticks_;
};

QStringList words_of(const TrainConfig& config, const Setting& setting) {
  const auto text = QString::fromStdString(setting_text(config, setting));
  return text == QLatin1String("none") ? QStringList() : text.split(QLatin1Char(','));
}

/// Those of a list that this kind of model can have.
QStringList words_that_fit(const TrainConfig& config, const Setting& setting) {
  TrainConfig all = config;
  static_cast<void>(set_setting(all, setting.name, "all"));
  QStringList fit;
  for (const QString& token : words_of(all, setting)) {
    const QString word = token.section(QLatin1Char('='), 0, 0);
    TrainConfig alone = config;
    const bool fits = set_setting(alone, setting.name, word.toStdString()) && validate(alone);
    if (fits) fit << word;
  }
  return fit;
}

}  // namespace

QString setting_label(const Setting& setting) {
  std::string name = setting.name;
  std::replace(name.begin(), name.end(), '_', ' ');
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return QString::fromStdString(translated(name));
}

SettingsForm::SettingsForm(Shows shows, QWidget* parent)
    : QWidget(parent), shows_(std::move(shows)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  wrong_ = new QLabel(this);
  wrong_->setObjectName(QStringLiteral("setting_wrong"));
  wrong_->setProperty("role", "attention");
  wrong_->setWordWrap(true);
  wrong_->hide();
  column->addWidget(wrong_);
}

void SettingsForm::set_config(const TrainConfig& config, const TrainConfig& standard) {
  const bool others =
      rows_ == nullptr || config.model != config_.model || config.dims != config_.dims;
  config_ = config;
  standard_ = standard;
  wrong_->hide();
  if (others) rebuild();
  show_values();
}

void SettingsForm::rebuild() {
  delete rows_;
  show_.clear();
  rows_ = new QWidget(this);
  form_ = new QGridLayout(rows_);
  form_->setContentsMargins(0, 0, 0, 0);
  form_->setHorizontalSpacing(kGrid);
  form_->setVerticalSpacing(4);
  form_->setColumnStretch(1, 1);
  for (const Setting& setting : train_settings()) {
    if (setting.applies_to(config_.model) && shows_(setting)) add_setting(setting);
  }
  static_cast<QVBoxLayout*>(layout())->insertWidget(0, rows_);
}

void SettingsForm::add_setting(const Setting& setting) {
  QWidget* control = control_for(setting);
  control->setObjectName(QStringLiteral("setting_") + QString::fromStdString(setting.name));
  const QString standard = QString::fromStdString(setting_text(standard_, setting));
  add_row(*form_, setting_label(setting), control,
          QString::fromStdString(translated(setting.help)) + QLatin1Char(' ') +
              tr("Usual: %1.").arg(standard));
}

QWidget* SettingsForm::control_for(const Setting& setting) {
  const Setting* of = &setting;  // of the table, which stays
  const auto text = [this, of] { return QString::fromStdString(setting_text(config_, *of)); };
  if (std::holds_alternative<bool TrainConfig::*>(setting.field)) {
    auto* tick = new QCheckBox(rows_);
    QObject::connect(tick, &QCheckBox::clicked, this,
                     [this, of](bool on) { take(*of, on ? "true" : "false"); });
    show_.push_back(
        [tick, this, of] { tick->setChecked(config_.*std::get<bool TrainConfig::*>(of->field)); });
    return tick;
  }
  if (std::holds_alternative<std::int64_t TrainConfig::*>(setting.field)) {
    auto* box = new QSpinBox(rows_);
    constexpr double kMost = std::numeric_limits<int>::max();
    const double low = setting.automatic ? 0 : setting.low;
    box->setRange(static_cast<int>(low), static_cast<int>(std::min(setting.high, kMost)));
    if (setting.automatic) box->setSpecialValueText(tr("auto"));
    box->setGroupSeparatorShown(false);
    box->setAlignment(Qt::AlignRight);
    box->setKeyboardTracking(false);
    QObject::connect(box, &QSpinBox::valueChanged, this,
                     [this, of](int value) {
                       const bool automatic = of->automatic && value == 0;
                       take(*of, automatic ? "auto" : std::to_string(value));
                     });
    show_.push_back([box, this, of] {
      box->setValue(static_cast<int>(config_.*std::get<std::int64_t TrainConfig::*>(of->field)));
    });
    return box;
  }
  if (!setting.choices.empty()) {
    auto* choice = new QComboBox(rows_);
    for (const auto& name : setting.choices) {
      choice->addItem(QString::fromStdString(name), QString::fromStdString(name));
    }
    QObject::connect(choice, &QComboBox::activated, this, [this, of, choice](int) {
      take(*of, choice->currentData().toString().toStdString());
    });
    show_.push_back([choice, text] { choice->setCurrentIndex(choice->findData(text())); });
    return choice;
  }
  if (std::holds_alternative<AugmentSet TrainConfig::*>(setting.field)) {
    auto* ticks = new WordTicks(words_that_fit(config_, setting), rows_);
    ticks->on_change = [this, of, ticks] { take(*of, joined(ticks->ticked())); };
    show_.push_back([ticks, this, of] { ticks->set_ticked(words_of(config_, *of)); });
    return ticks;
  }
  auto* line = new QLineEdit(rows_);
  line->setAlignment(Qt::AlignRight);
  QObject::connect(line, &QLineEdit::editingFinished, this, [this, of, line] {
    QString typed = line->text();
    typed.replace(QChar(0xd7), QLatin1Char(','));  // 256 × 256
    take(*of, typed.remove(QLatin1Char(' ')).toStdString());
  });
  show_.push_back([line, text] { line->setText(text()); });
  return line;
}

void SettingsForm::take(const Setting& setting, const std::string& text) {
  if (filling_) return;
  TrainConfig changed = config_;
  auto outcome = set_setting(changed, setting.name, text);
  if (outcome) outcome = validate_ranges(changed);
  wrong_->setVisible(!outcome);
  if (!outcome) {
    wrong_->setText(message_text(outcome.error().what) + QLatin1Char(' ') +
                    message_text(outcome.error().fix));
    return;
  }
  if (changed == config_) return;
  config_ = changed;
  show_values();
  if (on_change) on_change(config_);
}

void SettingsForm::show_values() {
  filling_ = true;
  for (const auto& show : show_) show();
  filling_ = false;
}

}  // namespace karyo::gui
