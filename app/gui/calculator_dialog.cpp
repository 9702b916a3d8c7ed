#include "app/gui/calculator_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QPushButton>
#include <array>
#include <utility>

#include "app/gui/controls.h"
#include "app/gui/main_window.h"
#include "app/gui/theme.h"

namespace karyo::gui {

CalculatorDialog::CalculatorDialog(MainWindow& window) : QDialog(&window), window_(window) {
  setObjectName(QStringLiteral("calculator_dialog"));
  setWindowTitle(tr("Image calculator"));
  setAttribute(Qt::WA_DeleteOnClose);
  setMinimumWidth(360);
  first_ = new QComboBox(this);
  first_->setObjectName(QStringLiteral("first"));
  second_ = new QComboBox(this);
  second_->setObjectName(QStringLiteral("second"));
  second_->addItem(tr("the number"), QString());
  const LayerList& layers = window.workspace().layers();
  for (int i = layers.count() - 1; i >= 0; --i) {
    if (layers.at(i).kind() != LayerKind::kImage) continue;
    const QString name = QString::fromStdString(layers.at(i).name());
    first_->addItem(name);
    second_->addItem(name, name);
    if (layers.selected() == &layers.at(i)) first_->setCurrentIndex(first_->count() - 1);
  }
  how_ = new QComboBox(this);
  how_->setObjectName(QStringLiteral("how"));
  const std::array<std::pair<QString, const char*>, 11> kinds{
      {{tr("plus"), "add"},
       {tr("minus"), "subtract"},
       {tr("times"), "multiply"},
       {tr("divided by"), "divide"},
       {tr("the smaller of it and"), "minimum"},
       {tr("the larger of it and"), "maximum"},
       {tr("the mean of it and"), "average"},
       {tr("the difference from"), "difference"},
       {tr("bit by bit and"), "and"},
       {tr("bit by bit or"), "or"},
       {tr("bit by bit xor"), "xor"}}};
  for (const auto& [text, id] : kinds) how_->addItem(text, QString::fromLatin1(id));
  number_ = new DecimalBox(this);
  number_->setObjectName(QStringLiteral("number"));
  number_->setRange(-1e9, 1e9);
  number_->setDecimals(4);
  number_->setValue(2);
  as_float_ = new QCheckBox(tr("Result with fractions (32 bits)"), this);
  as_float_->setObjectName(QStringLiteral("float"));
  as_float_->setToolTip(
      tr("Else the result has the first image's type, rounded and clipped to it."));
  auto* column = new QVBoxLayout(this);
  auto* form = new QFormLayout;
  form->setVerticalSpacing(kGrid);
  form->addRow(tr("Image"), first_);
  form->addRow(QString(), how_);
  form->addRow(tr("Second"), second_);
  form->addRow(tr("Number"), number_);
  form->addRow(QString(), as_float_);
  column->addLayout(form);
  auto* buttons = new QHBoxLayout;
  auto* cancel = new QPushButton(tr("Cancel"), this);
  auto* go = new QPushButton(tr("Calculate"), this);
  go->setObjectName(QStringLiteral("run"));
  go->setProperty("primary", true);
  go->setDefault(true);
  buttons->addStretch(1);
  buttons->addWidget(cancel);
  buttons->addWidget(go);
  column->addLayout(buttons);
  QObject::connect(second_, &QComboBox::currentIndexChanged, this,
                   [this](int index) { number_->setEnabled(index == 0); });
  QObject::connect(cancel, &QPushButton::clicked, this, &QDialog::close);
  QObject::connect(go, &QPushButton::clicked, this, [this] { run(); });
}

void CalculatorDialog::run() {
  nlohmann::json arguments{{"layer", first_->currentText().toStdString()},
                           {"how", how_->currentData().toString().toStdString()},
                           {"float", as_float_->isChecked()}};
  const QString second = second_->currentData().toString();
  if (second.isEmpty()) {
    arguments["number"] = number_->value();
  } else {
    arguments["with"] = second.toStdString();
  }
  window_.run("image.calculate", arguments);
  close();
}

}  // namespace karyo::gui
