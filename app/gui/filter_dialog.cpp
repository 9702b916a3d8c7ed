#include "app/gui/filter_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <algorithm>
#include <cmath>
#include <utility>

#include "app/gui/controls.h"
#include "app/gui/main_window.h"
#include "app/gui/theme.h"
#include "app/gui/translator.h"
#include "app/gui/view_grid.h"

namespace karyo::gui {
namespace {

constexpr int kSoonMs = 150;  // after the last change
constexpr int kWatchMs = 20;

QString plain_title(const std::string& title) {
  return QString::fromStdString(translated(title)).remove(QStringLiteral("…"));
}

QString label_of(const Argument& argument) {
  if (argument.name == "3d") return QObject::tr("In 3D");
  QString text = QString::fromStdString(argument.name).replace(QLatin1Char('_'), QLatin1Char(' '));
  if (!text.isEmpty()) text[0] = text[0].toUpper();
  return QString::fromStdString(translated(text.toStdString()));
}

/// One plane of an image at one time, all channels.
Result<Volume> plane_of(const ImageLayer& image, std::int64_t t, std::int64_t z) {
  CropBox box = CropBox::all(image.shape());
  box.first_t = t;
  box.last_t = t + 1;
  box.box.begin.z = z;
  box.box.end.z = z + 1;
  return crop(*image.shared_volume(), box);
}

}  // namespace

FilterDialog::FilterDialog(MainWindow& window, const Filter& filter)
    : QDialog(&window),
      window_(window),
      views_(&window.views()),
      workspace_(window.workspace()),
      filter_(filter) {
  setObjectName(QStringLiteral("filter_dialog"));
  setWindowTitle(plain_title(filter.title));
  setAttribute(Qt::WA_DeleteOnClose);
  setModal(false);
  setMinimumWidth(360);
  auto* column = new QVBoxLayout(this);
  column->setSpacing(kGrid);
  auto* help = new QLabel(QString::fromStdString(translated(filter.help)), this);
  help->setProperty("role", "quiet");
  help->setWordWrap(true);
  column->addWidget(help);
  auto* form = new QFormLayout;
  form->setVerticalSpacing(kGrid);
  for (const Argument& argument : filter.arguments) add_field(*form, argument);
  column->addLayout(form);
  Layer* const layer = workspace_.layers().selected();
  if (layer != nullptr) source_ = workspace_.layers().shared_at(workspace_.layers().find(layer));
  const auto* image = dynamic_cast<const ImageLayer*>(layer);
  if (filter.previews && image != nullptr && !image->pages()) {
    preview_ = new QCheckBox(tr("Preview on the plane on screen"), this);
    preview_->setObjectName(QStringLiteral("preview"));
    preview_->setChecked(true);
    QObject::connect(preview_, &QCheckBox::toggled, this, [this] { settings_changed(); });
    column->addWidget(preview_);
    connections_.push_back(
        workspace_.view().cursor_changed.connect([this] { settings_changed(); }));
    connections_.push_back(workspace_.view().time_changed.connect([this] { settings_changed(); }));
  }
  message_ = new QLabel(this);
  message_->setObjectName(QStringLiteral("message"));
  message_->setWordWrap(true);
  message_->setProperty("role", "attention");
  message_->hide();
  column->addWidget(message_);
  auto* buttons = new QHBoxLayout;
  auto* cancel = new QPushButton(tr("Cancel"), this);
  cancel->setAutoDefault(false);
  auto* go = new QPushButton(plain_title(filter.title), this);
  go->setObjectName(QStringLiteral("run"));
  go->setProperty("primary", true);
  go->setDefault(true);
  buttons->addStretch(1);
  buttons->addWidget(cancel);
  buttons->addWidget(go);
  column->addLayout(buttons);
  QObject::connect(cancel, &QPushButton::clicked, this, &QDialog::close);
  QObject::connect(go, &QPushButton::clicked, this, [this] { run(); });
  soon_.setSingleShot(true);
  soon_.setInterval(kSoonMs);
  QObject::connect(&soon_, &QTimer::timeout, this, [this] { start_preview(); });
  watch_.setInterval(kWatchMs);
  QObject::connect(&watch_, &QTimer::timeout, this, [this] { show_preview(); });
  settings_changed();
}

FilterDialog::~FilterDialog() { drop_preview(); }

void FilterDialog::add_field(QFormLayout& form, const Argument& argument) {
  const QString help = QString::fromStdString(translated(argument.help));
  QWidget* control = nullptr;
  if (argument.kind == Argument::Kind::kBool) {
    auto* box = new QCheckBox(this);
    box->setChecked(argument.standard.get<bool>());
    QObject::connect(box, &QCheckBox::toggled, this, [this] { settings_changed(); });
    fields_.push_back({argument.name, [box] { return nlohmann::json(box->isChecked()); }});
    control = box;
  } else if (argument.kind == Argument::Kind::kNumber) {
    auto* box = new DecimalBox(this);
    const bool whole = std::floor(argument.standard.get<double>()) ==
                           argument.standard.get<double>() &&
                       std::floor(argument.least) == argument.least;
    box->setDecimals(whole ? 0 : 2);
    box->setRange(argument.least, argument.most);
    box->setSingleStep(whole ? 1 : 0.25);
    box->setValue(argument.standard.get<double>());
    QObject::connect(box, &QDoubleSpinBox::valueChanged, this, [this] { settings_changed(); });
    fields_.push_back({argument.name, [box] { return nlohmann::json(box->value()); }});
    control = box;
  } else {
    auto* box = new QComboBox(this);
    for (const auto& choice : argument.choices) {
      box->addItem(QString::fromStdString(translated(choice)), QString::fromStdString(choice));
    }
    QObject::connect(box, &QComboBox::currentIndexChanged, this, [this] { settings_changed(); });
    fields_.push_back({argument.name, [box] {
                         return nlohmann::json(box->currentData().toString().toStdString());
                       }});
    control = box;
  }
  control->setObjectName(QString::fromStdString(argument.name));
  control->setAccessibleName(label_of(argument));
  control->setToolTip(help);
  auto* label = new QLabel(label_of(argument), this);
  label->setToolTip(help);
  form.addRow(label, control);
}

nlohmann::json FilterDialog::arguments() const {
  nlohmann::json arguments = nlohmann::json::object();
  for (const Field& field : fields_) arguments[field.name] = field.value();
  return arguments;
}

void FilterDialog::settings_changed() {
  if (preview_ == nullptr) return;
  if (!preview_->isChecked()) {
    soon_.stop();
    drop_preview();
    return;
  }
  if (task_) stale_ = true;
  soon_.start();
}

void FilterDialog::start_preview() {
  const auto source = std::dynamic_pointer_cast<ImageLayer>(source_.lock());
  if (!source || !preview_->isChecked()) return;
  if (task_) {  // its result is old already
    task_->control().request_cancel();
    return;
  }
  stale_ = false;
  const VoxelGrid grid = workspace_.layers().grid_of(*source);
  const std::int64_t z = std::clamp<std::int64_t>(
      voxel_along(workspace_.view().cursor().z, grid, Axis::kZ), 0, source->shape().z - 1);
  auto plane = plane_of(*source, source->time_shown(workspace_.view().time()), z);
  if (!plane) return;
  // As it lies among the layers now.
  plane->grid = grid;
  plane->grid.origin_z += static_cast<double>(z) * grid.spacing_z;
  outcome_ = std::make_shared<Outcome>();
  task_ = std::make_unique<Task>([outcome = outcome_, plane = std::make_shared<Volume>(*std::move(plane)),
                                  &filter = filter_, given = arguments()](
                                     TaskControl& control) -> Result<void> {
    auto filtered = filter.run(*plane, given, control);
    if (filtered) {
      outcome->plane = *std::move(filtered);
    } else {
      outcome->error = filtered.error();
    }
    return {};
  });
  watch_.start();
}

void FilterDialog::show_preview() {
  if (!task_ || !task_->finished()) return;
  watch_.stop();
  const auto ended = task_->wait();
  task_.reset();
  if (stale_) {
    start_preview();
    return;
  }
  const auto source = std::dynamic_pointer_cast<ImageLayer>(source_.lock());
  message_->setVisible(outcome_->error.has_value());
  if (outcome_->error) {
    message_->setText(message_text(outcome_->error->what) + QStringLiteral(". ") +
                      message_text(outcome_->error->fix));
    adjustSize();
  }
  if (!ended || !source || !outcome_->plane || !preview_->isChecked()) return;
  auto shown = std::make_shared<ImageLayer>(
      "preview", std::make_shared<const Volume>(*std::move(outcome_->plane)));
  if (shown->channel_count() == source->channel_count()) {
    for (std::int64_t c = 0; c < shown->channel_count(); ++c) {
      ChannelDisplay display = source->channel(c);
      if (filter_.id != "filter.gaussian" && filter_.id != "filter.median") {
        display.limits = shown->channel(c).limits;
      }
      shown->set_channel(c, std::move(display));
    }
  }
  views_->show_preview(source, std::move(shown));
}

void FilterDialog::drop_preview() {
  if (views_) views_->show_preview({}, {});  // they go before the dialogs of a window that ends
}

void FilterDialog::run() {
  const auto source = source_.lock();
  if (!source) {
    close();
    return;
  }
  nlohmann::json complete = arguments();
  complete["layer"] = source->name();
  window_.run(filter_.id, complete);
  close();
}

}  // namespace karyo::gui
