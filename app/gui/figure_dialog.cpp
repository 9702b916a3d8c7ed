#include "app/gui/figure_dialog.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <functional>
#include <utility>

#include "app/gui/controls.h"
#include "app/gui/main_window.h"
#include "app/gui/status_line.h"
#include "app/gui/theme.h"
#include "app/gui/view_grid.h"
#include "app/workspace.h"

namespace karyo::gui {
namespace {

constexpr int kPreviewWidth = 360, kPreviewHeight = 240;

/// Draws it meanwhile, then calls `done` on this thread. Returns the job's number.
std::uint64_t in_background(MainWindow& window, Figure figure,
                            std::function<void(const QImage&)> done) {
  return window.workspace().in_background([figure = std::move(figure), done = std::move(done)](
                                              TaskControl&) -> Result<Workspace::Finish> {
    return Workspace::Finish([picture = figure_image(figure), done] { done(picture); });
  });
}

}  // namespace

FigureDialog::FigureDialog(MainWindow& window) : QDialog(&window), window_(window) {
  setObjectName(QStringLiteral("figure_dialog"));
  setWindowTitle(tr("Export a figure"));
  setAttribute(Qt::WA_DeleteOnClose);
  auto* row = new QHBoxLayout(this);
  row->setSpacing(3 * kGrid);
  preview_ = new QLabel(this);
  preview_->setObjectName(QStringLiteral("preview"));
  preview_->setFixedSize(kPreviewWidth, kPreviewHeight);
  preview_->setAlignment(Qt::AlignCenter);
  row->addWidget(preview_);
  auto* column = new QVBoxLayout;
  row->addLayout(column);
  auto* form = new QFormLayout;
  form->setVerticalSpacing(kGrid);
  views_ = new QComboBox(this);
  views_->setObjectName(QStringLiteral("views"));
  views_->addItems({tr("All views"), tr("One view (the last under the pointer)")});
  form->addRow(tr("Show"), views_);
  scale_ = new DecimalBox(this);
  scale_->setObjectName(QStringLiteral("scale"));
  scale_->setRange(0.25, 16);
  scale_->setSingleStep(1);
  scale_->setValue(4);
  scale_->setSuffix(tr(" × the screen"));
  scale_->setToolTip(tr("How fine pictures are. 4 suits print (about 300 dpi and more)."));
  form->addRow(tr("Resolution"), scale_);
  const auto box = [&](const char* name, const QString& text, bool on) {
    auto* made = new QCheckBox(text, this);
    made->setObjectName(QString::fromLatin1(name));
    made->setChecked(on);
    QObject::connect(made, &QCheckBox::toggled, this, [this] { show_preview(); });
    form->addRow(QString(), made);
    return made;
  };
  scale_bar_ = box("scale_bar", tr("Scale bar"), true);
  axes_ = box("axes", tr("Axes"), false);
  crosshair_ = box("crosshair", tr("Crosshair"), false);
  column->addLayout(form);
  size_ = new QLabel(this);
  size_->setProperty("role", "quiet");
  column->addWidget(size_);
  column->addStretch(1);
  auto* buttons = new QHBoxLayout;
  auto* copy = new QPushButton(tr("Copy"), this);
  copy->setObjectName(QStringLiteral("copy"));
  copy->setToolTip(tr("Puts the picture on the clipboard."));
  auto* save = new QPushButton(tr("Save…"), this);
  save->setObjectName(QStringLiteral("save"));
  save->setProperty("primary", true);
  save->setToolTip(tr("As PNG or TIFF; as SVG or PDF with bar and text as lines and letters."));
  save->setDefault(true);
  buttons->addStretch(1);
  buttons->addWidget(copy);
  buttons->addWidget(save);
  column->addLayout(buttons);
  QObject::connect(views_, &QComboBox::currentIndexChanged, this, [this] { show_preview(); });
  QObject::connect(scale_, &QDoubleSpinBox::valueChanged, this, [this] { show_size(); });
  QObject::connect(copy, &QPushButton::clicked, this, [this] {
    in_background(window_, make_figure(window_.views(), choice()),
                  [&window = window_](const QImage& picture) {
                    QGuiApplication::clipboard()->setImage(picture);
                    window.status().say(tr("The picture is on the clipboard"));
                  });
    close();
  });
  QObject::connect(save, &QPushButton::clicked, this, [this] { ask_where(); });
  show_preview();
}

FigureChoice FigureDialog::choice() const {
  FigureChoice choice;
  choice.scale = scale_->value();
  choice.views_alone = views_->currentIndex() == 1;
  choice.overlays = {scale_bar_->isChecked(), axes_->isChecked(), crosshair_->isChecked()};
  return choice;
}

void FigureDialog::show_preview() {
  FigureChoice coarse = choice();
  coarse.scale = 1;
  Figure figure = make_figure(window_.views(), coarse);
  views_size_ = figure.size;
  show_size();
  window_.workspace().cancel_job(preview_job_);
  preview_job_ = in_background(
      window_, std::move(figure), [dialog = QPointer<FigureDialog>(this)](const QImage& picture) {
        if (!dialog) return;
        dialog->preview_->setPixmap(QPixmap::fromImage(picture.scaled(
            dialog->preview_->size(), Qt::KeepAspectRatio, Qt::SmoothTransformation)));
      });
}

void FigureDialog::show_size() {
  const QSize pixels = (views_size_ * choice().scale).toSize();
  size_->setText(tr("%1 × %2 pixels").arg(pixels.width()).arg(pixels.height()));
}

void FigureDialog::ask_where() {
  auto* dialog = new QFileDialog(this, tr("Save the figure"));
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setNameFilters({tr("PNG picture (*.png)"), tr("TIFF picture (*.tif)"),
                          tr("SVG drawing (*.svg)"), tr("PDF page (*.pdf)")});
  dialog->setDefaultSuffix(QStringLiteral("png"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  QObject::connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
    for (const char* suffix : {"png", "tif", "svg", "pdf"}) {
      if (filter.contains(QLatin1String(suffix)))
        dialog->setDefaultSuffix(QString::fromLatin1(suffix));
    }
  });
  QObject::connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& name) {
    const FigureChoice wanted = choice();
    window_.run("view.export_figure", {{"path", name.toStdString()},
                                       {"scale", wanted.scale},
                                       {"one_view", wanted.views_alone},
                                       {"scale_bar", wanted.overlays.scale_bar},
                                       {"axes", wanted.overlays.axes},
                                       {"crosshair", wanted.overlays.crosshair}});
    close();
  });
  dialog->open();
}

}  // namespace karyo::gui
