#include "app/gui/train_panel.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/dataset_session.h"
#include "app/gui/controls.h"
#include "app/gui/dialog_parts.h"
#include "app/gui/look.h"
#include "app/gui/outlook_view.h"
#include "app/gui/rounds_panel.h"
#include "app/gui/settings_form.h"
#include "app/gui/status_line.h"
#include "app/gui/theme.h"
#include "app/model_in_use.h"
#include "models/model.h"

namespace karyo::gui {
namespace {

constexpr int kPollMs = 200;

bool is_essential(const Setting& setting) {
  return setting.name == "epochs" || setting.name == "steps" || setting.name == "batch" ||
         setting.name == "patch";
}

/// What the panel itself asks in other words.
bool is_asked_elsewhere(const Setting& setting) {
  return setting.name == "model" || setting.name == "dims";
}

}  // namespace

TrainPanel::TrainPanel(Workspace& workspace, Run run, QWidget* parent)
    : QWidget(parent), workspace_(workspace), run_(std::move(run)) {
  setObjectName(QStringLiteral("train_panel"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  column->setSpacing(kGrid);
  build_progress(*column);
  build_setup(*column);
  column->addWidget(new RoundsPanel(workspace_, run_, this));
  column->addStretch(1);
  poll_.setInterval(kPollMs);
  QObject::connect(&poll_, &QTimer::timeout, this, [this] {
    if (!workspace_.training().poll()) poll_.stop();
  });
  DatasetSession& dataset = workspace_.dataset();
  connections_.push_back(dataset.changed.connect([this] { refresh_data(); }));
  connections_.push_back(dataset.current_changed.connect([this] { refresh_data(); }));
  connections_.push_back(workspace_.layers().list_changed.connect([this] {
    if (kind_ == "n2v") refresh_data();  // the open stack may be another
  }));
  connections_.push_back(workspace_.training().changed.connect([this] { refresh_run(); }));
  connections_.push_back(workspace_.training().epoch_done.connect([this] { epoch_done(); }));
  connections_.push_back(workspace_.model().changed.connect([this] { show_findings(); }));
  choose_kind(kind_);
  refresh_run();
}

QPushButton* TrainPanel::add_button(QWidget* in, const char* name, const QString& text,
                                    const QString& help, std::function<void()> body) {
  auto* made = new QPushButton(text, in);
  made->setObjectName(QLatin1String(name));
  made->setToolTip(help);
  QObject::connect(made, &QPushButton::clicked, this, std::move(body));
  in->layout()->addWidget(made);
  return made;
}

void TrainPanel::build_kinds(QVBoxLayout& column) {
  auto* row = new QHBoxLayout;
  row->setSpacing(4);
  const auto card = [&](const char* kind, const QString& title, const QString& help) {
    auto* button = new QToolButton(setup_);
    button->setObjectName(QStringLiteral("train_") + QLatin1String(kind));
    button->setText(title);
    button->setToolTip(help);
    button->setCheckable(true);
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    QObject::connect(button, &QToolButton::clicked, this,
                     [this, kind = std::string(kind)] { choose_kind(kind); });
    row->addWidget(button);
    kinds_.push_back(button);
  };
  card("stardist", tr("Find nuclei"), tr("StarDist learns to outline nuclei from masks."));
  card("care", tr("Restore"),
       tr("CARE learns from pairs: a noisy picture and a clean one of the same place."));
  card("n2v", tr("Denoise"),
       tr("Noise2Void learns from noisy pictures alone to take the noise away."));
  column.addLayout(row);
  about_kind_ = new QLabel(setup_);
  about_kind_->setProperty("role", "quiet");
  about_kind_->setWordWrap(true);
  column.addWidget(about_kind_);
}

void TrainPanel::build_setup(QVBoxLayout& column) {
  setup_ = new QWidget(this);
  auto* rows = new QVBoxLayout(setup_);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSpacing(kGrid);
  build_kinds(*rows);
  data_ = new QLabel(setup_);
  data_->setObjectName(QStringLiteral("train_data"));
  data_->setWordWrap(true);
  rows->addWidget(data_);
  choose_data_ = add_button(
      setup_, "train_choose_data", tr("Choose a folder…"),
      tr("CARE: a folder with low/ and high/, files of the same names. Noise2Void: a folder of "
         "noisy images."),
      [this] {
        choose_folder(*this, tr("A folder of images to train on"), {},
                      [this](const std::string& folder) {
                        other_data_ = folder;
                        refresh_data();
                      });
      });
  open_image_ = add_button(setup_, "train_open_image", tr("Learn from the open image"),
                           tr("Noise2Void needs no other: the network learns from the noisy stack "
                              "itself, and is applied "
                              "to it afterwards."),
                           [this] {
                             other_data_ = open_stack().string();
                             refresh_data();
                           });
  choices_ = new QWidget(setup_);
  auto* inside = new QVBoxLayout(choices_);
  inside->setContentsMargins(0, 0, 0, 0);
  inside->setSpacing(kGrid);
  rows->addWidget(choices_);
  rows = inside;
  auto* form = new QGridLayout;
  form->setHorizontalSpacing(kGrid);
  form->setVerticalSpacing(4);
  form->setColumnStretch(1, 1);
  images_ = new QComboBox(setup_);
  images_->setObjectName(QStringLiteral("train_images"));
  images_->addItem(tr("All with a mask"), QStringLiteral("masks"));
  images_->addItem(tr("Marked as done"), QStringLiteral("done"));
  QObject::connect(images_, &QComboBox::activated, this, [this](int) { describe_data(); });
  add_row(*form, tr("Images"), images_,
          tr("What is not drawn in an image that is trained on, the network takes for "
             "background: finish an image, or mark the rest as ignored."));
  images_name_ = form->itemAtPosition(form->rowCount() - 1, 0)->widget();
  from_ = new QComboBox(setup_);
  from_->setObjectName(QStringLiteral("train_from"));
  add_row(*form, tr("Start from"), from_,
          tr("A model that is nearly right needs less time and fewer images."));
  QObject::connect(from_, &QComboBox::activated, this, [this](int) { name_no_restoration(); });
  before_ = new QComboBox(setup_);
  before_->setObjectName(QStringLiteral("train_before"));
  add_row(*form, tr("Restore first"), before_,
          tr("Noisy images go through this model before nuclei are looked for, in training and "
             "whenever the new model is used; it is saved with it."));
  before_name_ = form->itemAtPosition(form->rowCount() - 1, 0)->widget();
  name_ = new QLineEdit(setup_);
  name_->setObjectName(QStringLiteral("train_name"));
  add_row(*form, tr("Name"), name_, tr("Of the new model: a folder in models/ of the images."));
  rows->addLayout(form);
  essentials_ = new SettingsForm(is_essential, setup_);
  essentials_->on_change = [this](const TrainConfig& config) {
    advanced_->set_config(config, fitting_config(kind_, config.patch));
    outlook_->refresh();
  };
  rows->addWidget(essentials_);
  more_ = new QToolButton(setup_);
  more_->setObjectName(QStringLiteral("train_more"));
  more_->setText(tr("More settings"));
  more_->setCheckable(true);
  more_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  more_->setToolTip(tr("Those of the network and of learning; the usual ones do for a start."));
  rows->addWidget(more_);
  advanced_ = new SettingsForm(
      [](const Setting& setting) { return !is_essential(setting) && !is_asked_elsewhere(setting); },
      setup_);
  advanced_->on_change = [this](const TrainConfig& config) {
    essentials_->set_config(config, fitting_config(kind_, config.patch));
    outlook_->refresh();
  };
  advanced_->hide();
  QObject::connect(more_, &QToolButton::toggled, advanced_, &QWidget::setVisible);
  rows->addWidget(advanced_);
  place_ = new QLabel(choices_);
  place_->setObjectName(QStringLiteral("train_place"));
  place_->setProperty("role", "quiet");
  place_->setWordWrap(true);
  place_->setToolTip(tr("Edit › Preferences has trainings run on another computer."));
  QObject::connect(place_, &QLabel::linkActivated, this,
                   [this] { run_("edit.preferences", nlohmann::json::object()); });
  rows->addWidget(place_);
  outlook_ = new OutlookView(
      workspace_, [this] { return planned(); }, choices_);
  rows->addWidget(outlook_);
  start_ = add_button(choices_, "train_start", tr("Start training"),
                      tr("In a process of its own: go on drawing meanwhile."), [this] { start(); });
  start_->setProperty("primary", true);
  column.addWidget(setup_);
}

std::filesystem::path TrainPanel::data_folder() const {
  if (kind_ != "stardist" && !other_data_.empty()) return other_data_;
  return workspace_.dataset().is_open() ? workspace_.dataset().folder() : std::filesystem::path();
}

/// The file of the image that is selected, else of the lowest one; empty where none has one.
std::filesystem::path TrainPanel::open_stack() const {
  const LayerList& layers = workspace_.layers();
  const auto file_of = [](const Layer* layer) {
    const auto* image = dynamic_cast<const ImageLayer*>(layer);
    return image != nullptr ? image->source().path : std::filesystem::path();
  };
  std::filesystem::path file = file_of(layers.selected());
  for (int i = 0; file.empty() && i < layers.count(); ++i) file = file_of(&layers.at(i));
  std::error_code ec;
  return std::filesystem::is_regular_file(file, ec) ? file : std::filesystem::path();
}

/// (Z, Y, X) of what is trained on, as far as it is open; a large plane where nothing is known.
Index3 TrainPanel::size_of_images() const {
  const LayerList& layers = workspace_.layers();
  const auto stack = data_folder();
  for (int i = 0; i < layers.count(); ++i) {
    const auto* image = dynamic_cast<const ImageLayer*>(&layers.at(i));
    if (image != nullptr && image->source().path == stack) return image->shape().zyx();
  }
  const auto& image = workspace_.dataset().image();
  return image ? image->shape().zyx() : Index3{1, 1 << 20, 1 << 20};
}

void TrainPanel::choose_kind(const std::string& kind) {
  kind_ = kind;
  const char* names[] = {"stardist", "care", "n2v"};
  for (std::size_t i = 0; i < kinds_.size(); ++i) kinds_[i]->setChecked(kind == names[i]);
  about_kind_->setText(
      kind == "care" ? tr("CARE restores pictures: it needs the same places twice, noisy in low/ "
                          "and clean in high/.")
      : kind == "n2v"
          ? tr("Noise2Void takes noise away; it needs noisy pictures only, no clean ones.")
          : tr("StarDist finds round objects as nuclei; it needs images with all their "
               "nuclei drawn."));
  set_up_for_.clear();
  refresh_data();
}

void TrainPanel::refresh_data() {
  const auto folder = data_folder();
  const bool nuclei = kind_ == "stardist";
  images_->setVisible(nuclei);
  images_name_->setVisible(nuclei);
  choose_data_->setVisible(!nuclei || folder.empty());
  choose_data_->setText(folder.empty() ? tr("Choose a folder…") : tr("Choose another folder…"));
  if (nuclei) choose_data_->setVisible(false);
  const auto stack = open_stack();
  open_image_->setVisible(kind_ == "n2v" && !stack.empty() && stack != folder);
  describe_data();
  choices_->setVisible(!folder.empty());
  if (folder.empty() || folder == set_up_for_) return;
  if (nuclei && workspace_.dataset().image() == nullptr) return;  // its size is not known yet
  set_up_for_ = folder;
  const TrainConfig config = fitting_config(kind_, size_of_images());
  essentials_->set_config(config, config);
  advanced_->set_config(config, config);
  const auto models = models_of(folder);
  name_->setText(QString::fromStdString(free_model_name(models, kind_)));
  list_models(models, config.dims);
  TrainingRun& training = workspace_.training();
  if (!training.going_on() && nuclei) {
    const auto going_on = TrainingRun::going_on_in(models);
    if (!going_on.empty()) run_("training.attach", {{"folder", going_on.string()}});
  }
}

/// What a training can start from, and what can restore its images.
void TrainPanel::list_models(const std::filesystem::path& models, std::int64_t dims) {
  from_->clear();
  from_->addItem(tr("Nothing: from scratch"), QString());
  before_->clear();
  before_->addItem(QString(), QString());
  restored_for_.clear();
  for (const KnownModel& model : known_models(models)) {
    const QString name = QString::fromStdString(model.folder.filename().string());
    const QString folder = QString::fromStdString(model.folder.string());
    if (model.epochs == 0) continue;
    if (model.kind == kind_ && model.dims == dims) {
      from_->addItem(name, folder);
      if (!model.before.empty()) restored_for_[folder] = QString::fromStdString(model.before);
    }
    if (model.kind != "stardist" && model.dims <= dims) before_->addItem(name, folder);
  }
  const bool any = before_->count() > 1 || !restored_for_.isEmpty();
  before_->setVisible(kind_ == "stardist" && any);
  before_name_->setVisible(before_->isVisibleTo(setup_));
  name_no_restoration();
}

/// A model to start from brings what restores images for it; then there is nothing to be chosen
/// too.
void TrainPanel::name_no_restoration() {
  const QString brought = restored_for_.value(from_->currentData().toString());
  const QString nothing = tr("Nothing: images as they are");
  before_->setItemText(0, brought.isEmpty() ? nothing : tr("%1, as before").arg(brought));
  const QString none = QLatin1String(kNoRestoration);
  if (const int at = before_->findData(none); at >= 0) {
    if (before_->currentIndex() == at) before_->setCurrentIndex(0);
    before_->removeItem(at);
  }
  if (!brought.isEmpty()) before_->insertItem(1, nothing, none);
}

void TrainPanel::describe_data() {
  const auto folder = data_folder();
  bool can_start = !folder.empty();
  if (folder.empty()) {
    data_->setText(kind_ == "stardist"
                       ? tr("Open a folder of images first, and draw the nuclei of some "
                            "(Annotate › Open folder to annotate).")
                       : tr("Choose the folder of images to train on."));
  } else if (kind_ == "stardist") {
    const bool done = images_->currentData().toString() == QLatin1String("done");
    const auto names =
        images_to_train_on(workspace_.dataset(), done ? TrainOn::kDone : TrainOn::kWithMask);
    const int count = static_cast<int>(names.size());
    const int all = static_cast<int>(workspace_.dataset().items().size());
    QString text = tr("%n of %1 image(s) to learn from.", nullptr, count).arg(all);
    if (count == 0) {
      text += QLatin1Char(' ') + tr("Draw all nuclei of one at least.");
    } else if (count < 3) {
      text += QLatin1Char(' ') +
              tr("With fewer than three, the curve says little of how it does on others.");
    }
    const auto checked =
        static_cast<int>(images_to_train_on(workspace_.dataset(), TrainOn::kDone).size());
    if (!done && checked > 0 && checked < count) {
      text += QLatin1Char(' ') +
              tr("%n of them you marked as done: they judge, and count more.", nullptr, checked);
    }
    data_->setText(text);
    can_start = count > 0;
  } else {
    data_->setText(tr("Learns from %1").arg(QString::fromStdString(folder.string())));
  }
  const auto& place = workspace_.training().place();
  place_->setText(
      (place.here()
           ? tr("Computes here: %1.").arg(device_text())
           : tr("Computes on %1.").arg(QString::fromStdString(place.host).toHtmlEscaped())) +
      QStringLiteral(" <a href=\"#\">%1</a>").arg(tr("Change…")));
  set_role(*data_, can_start ? "" : "quiet");
  start_->setEnabled(can_start && !workspace_.training().going_on());
  outlook_->refresh();
}

std::optional<PlannedTraining> TrainPanel::planned() const {
  PlannedTraining planned{advanced_->config(), data_folder(), {}};
  if (planned.data.empty() || planned.config.model != kind_) return {};
  if (kind_ != "stardist") return planned;
  const bool done = images_->currentData().toString() == QLatin1String("done");
  for (const auto& name :
       images_to_train_on(workspace_.dataset(), done ? TrainOn::kDone : TrainOn::kWithMask)) {
    planned.only.push_back(TrainImage{name, 1, false});
  }
  if (planned.only.empty()) return {};
  return planned;
}

void TrainPanel::start() {
  const auto folder = data_folder();
  const TrainConfig& config = advanced_->config();
  const TrainConfig standard = TrainConfig::defaults(kind_, config.dims);
  nlohmann::json settings = nlohmann::json::array();
  for (const Setting& setting : train_settings()) {
    if (!setting.applies_to(kind_) || is_asked_elsewhere(setting)) continue;
    const std::string text = setting_text(config, setting);
    // Of a patch, what is usual depends on the images.
    const bool usual = text == setting_text(standard, setting) && setting.name != "patch";
    if (!usual) settings.push_back(setting.name + "=" + text);
  }
  nlohmann::json arguments{
      {"kind", kind_},
      {"data", folder.string()},
      {"dims", config.dims},
      {"settings", settings},
      {"model", (models_of(folder) / name_->text().trimmed().toStdString()).string()}};
  if (kind_ == "stardist") arguments["images"] = images_->currentData().toString().toStdString();
  const auto from = from_->currentData().toString().toStdString();
  if (!from.empty()) arguments["pretrained"] = from;
  const auto before = before_->currentData().toString().toStdString();
  if (kind_ == "stardist" && !before.empty()) arguments["before"] = before;
  setting_up_ = false;
  if (run_("training.start", arguments)) set_up_for_.clear();
  refresh_run();
}

}  // namespace karyo::gui
