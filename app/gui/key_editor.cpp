#include "app/gui/key_editor.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "app/gui/theme.h"
#include "app/gui/translator.h"

namespace karyo::gui {

KeyEditor::KeyEditor(const CommandTable& commands, Keymap& keymap, QWidget* parent)
    : QDialog(parent), commands_(commands), keymap_(keymap) {
  setObjectName(QStringLiteral("key_editor"));
  setWindowTitle(tr("Keys"));
  setAttribute(Qt::WA_DeleteOnClose);
  resize(560, 560);
  auto* column = new QVBoxLayout(this);
  column->setSpacing(kGrid);
  auto* head = new QHBoxLayout;
  head->addWidget(new QLabel(tr("Keys as in"), this));
  preset_ = new QComboBox(this);
  preset_->setObjectName(QStringLiteral("preset"));
  preset_->setAccessibleName(tr("Keys as in"));
  const QStringList names{tr("Karyoscope"), tr("napari"), tr("Fiji")};
  for (int i = 0; i < names.size(); ++i) {
    const QString id = QString::fromStdString(Keymap::presets()[static_cast<std::size_t>(i)]);
    preset_->addItem(names[i], id);
    if (id.toStdString() == keymap_.preset()) preset_->setCurrentIndex(i);
  }
  head->addWidget(preset_);
  filter_ = new QLineEdit(this);
  filter_->setObjectName(QStringLiteral("filter"));
  filter_->setPlaceholderText(tr("Find a command"));
  filter_->setAccessibleName(filter_->placeholderText());
  filter_->setClearButtonEnabled(true);
  head->addWidget(filter_, 1);
  column->addLayout(head);

  list_ = new QTreeWidget(this);
  list_->setObjectName(QStringLiteral("commands"));
  list_->setAccessibleName(tr("Commands and their keys"));
  list_->setRootIsDecorated(false);
  list_->setUniformRowHeights(true);
  list_->setAlternatingRowColors(true);
  list_->setHeaderLabels({tr("Command"), tr("Menu"), tr("Keys")});
  list_->header()->setStretchLastSection(true);
  column->addWidget(list_, 1);

  auto* line = new QHBoxLayout;
  line->addWidget(new QLabel(tr("New keys"), this));
  keys_ = new QKeySequenceEdit(this);
  keys_->setObjectName(QStringLiteral("keys"));
  keys_->setAccessibleName(tr("New keys"));
  keys_->setToolTip(tr("Click here, then press the keys."));
  line->addWidget(keys_, 1);
  const auto button = [&](const char* name, const QString& text, const QString& help) {
    auto* made = new QPushButton(text, this);
    made->setObjectName(QString::fromLatin1(name));
    made->setToolTip(help);
    made->setAutoDefault(false);
    line->addWidget(made);
    return made;
  };
  auto* none = button("none", tr("No keys"), tr("Takes the keys from the chosen command."));
  auto* standard = button("standard", tr("Standard"), tr("Back to the preset's keys."));
  column->addLayout(line);
  message_ = new QLabel(this);
  message_->setObjectName(QStringLiteral("message"));
  message_->setWordWrap(true);
  message_->setMinimumHeight(2 * kControlHeight);
  message_->setAlignment(Qt::AlignTop);
  column->addWidget(message_);

  QObject::connect(preset_, &QComboBox::activated, this, [this](int index) {
    static_cast<void>(keymap_.use(preset_->itemData(index).toString().toStdString()));
    fill();
  });
  QObject::connect(filter_, &QLineEdit::textChanged, this, [this] { fill(); });
  QObject::connect(list_, &QTreeWidget::currentItemChanged, this, [this] { show_chosen(); });
  QObject::connect(keys_, &QKeySequenceEdit::editingFinished, this, [this] {
    const QString keys = keys_->keySequence().toString(QKeySequence::PortableText);
    if (!keys.isEmpty()) set_keys(keys.toStdString());
  });
  QObject::connect(none, &QPushButton::clicked, this, [this] { set_keys(""); });
  QObject::connect(standard, &QPushButton::clicked, this, [this] {
    keymap_.reset(chosen());
    fill();
  });
  fill();
}

void KeyEditor::fill() {
  const std::string kept = chosen();
  list_->clear();
  for (const Command* command : commands_.search(filter_->text().toStdString())) {
    auto* row = new QTreeWidgetItem(
        list_, {QString::fromStdString(command->title), QString::fromStdString(command->menu),
                QString::fromStdString(command->shortcut)});
    row->setData(0, Qt::UserRole, QString::fromStdString(command->id));
    row->setToolTip(0, QString::fromStdString(command->help));
    if (keymap_.own().contains(command->id)) {
      QFont font = row->font(2);
      font.setBold(true);
      row->setFont(2, font);
      row->setToolTip(2, tr("Your own"));
    }
    if (command->id == kept) list_->setCurrentItem(row);
  }
  if (list_->currentItem() == nullptr && list_->topLevelItemCount() > 0) {
    list_->setCurrentItem(list_->topLevelItem(0));
  }
  list_->resizeColumnToContents(0);
  list_->resizeColumnToContents(1);
}

std::string KeyEditor::chosen() const {
  const auto* item = list_->currentItem();
  return item == nullptr ? std::string() : item->data(0, Qt::UserRole).toString().toStdString();
}

void KeyEditor::show_chosen() {
  keys_->clear();
  const Command* command = commands_.find(chosen());
  say(command == nullptr ? QString() : QString::fromStdString(command->help));
}

void KeyEditor::set_keys(const std::string& keys) {
  const auto outcome = keymap_.set(chosen(), keys);
  keys_->clear();
  if (!outcome) {
    say(message_text(outcome.error().what) + QStringLiteral(". ") +
        message_text(outcome.error().fix));
    return;
  }
  fill();
}

void KeyEditor::say(const QString& text) {
  message_->setText(text);
}

}  // namespace karyo::gui
