#include "app/gui/track_panel.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/controls.h"
#include "app/gui/lineage_view.h"
#include "app/gui/row_table.h"
#include "app/gui/theme.h"
#include "app/gui/translator.h"

namespace karyo::gui {
namespace {

constexpr int kHeight = 272;
constexpr int kSideWidth = 250;
constexpr int kMostNumber = 999'999'999;

}  // namespace

TrackPanel::TrackPanel(Workspace& workspace, TrackDesk& desk, const CommandTable& commands, Run run,
                       QWidget* parent)
    : QWidget(parent), workspace_(workspace), desk_(desk), run_(std::move(run)) {
  QHBoxLayout* const row = begin_panel_below(*this, "track_panel", kHeight);
  build_side(*row, commands);
  tabs_ = new QTabWidget(this);
  tabs_->setObjectName(QStringLiteral("track_tabs"));
  row->addWidget(tabs_, 1);
  build_lineage();
  build_doubts(commands);
  build_table();
  build_plots();
  connections_.push_back(desk_.changed.connect([this] { refresh(); }));
  connections_.push_back(desk_.selection_changed.connect([this] { refresh_selection(); }));
  connections_.push_back(workspace_.view().time_changed.connect(
      [this] { lineage_->set_time(workspace_.view().time()); }));
  refresh();
}

/// Can be pressed where the command can be done.
QToolButton* TrackPanel::command_button(const CommandTable& commands, const char* id,
                                        const QString& text, QWidget* in) {
  const Command& command = *commands.find(id);
  auto* made = new QToolButton(in);
  made->setObjectName(QLatin1String(id));
  made->setText(text);
  made->setToolTip(QString::fromStdString(
      command.help + (command.shortcut.empty() ? "" : " (" + command.shortcut + ")")));
  QObject::connect(made, &QToolButton::clicked, this,
                   [this, id] { run_(id, nlohmann::json::object()); });
  buttons_.emplace_back(made, &command);
  return made;
}

nlohmann::json TrackPanel::target() const {
  const auto layer = desk_.layer();
  return layer ? nlohmann::json{{"layer", layer->name()}} : nlohmann::json::object();
}

/// What is selected, in words, and what can be done to it.
void TrackPanel::build_side(QHBoxLayout& row, const CommandTable& commands) {
  auto* side = new QWidget(this);
  side->setFixedWidth(kSideWidth);
  auto* column = new QVBoxLayout(side);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  const auto label = [&](const char* name, const char* role) {
    auto* made = new QLabel(side);
    made->setObjectName(QLatin1String(name));
    if (role != nullptr) made->setProperty("role", role);
    made->setWordWrap(true);
    column->addWidget(made);
    return made;
  };
  title_ = label("track_title", "title");
  counts_ = label("track_counts", "quiet");
  selection_ = label("track_selection", nullptr);
  column->addStretch(1);
  auto* grid = new QGridLayout;
  grid->setSpacing(4);
  const auto button = [&](const char* id, const QString& text, int line, int place) {
    auto* made = command_button(commands, id, text, side);
    made->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    grid->addWidget(made, line, place);
  };
  button("tracks.mark", tr("Start link"), 0, 0);
  button("tracks.link", tr("Link"), 0, 1);
  button("tracks.unlink", tr("Cut link"), 1, 0);
  button("tracks.divide", tr("Second daughter"), 1, 1);
  button("tracks.delete_place", tr("Delete place"), 2, 0);
  button("tracks.delete", tr("Delete track"), 2, 1);
  auto* words = new QLabel(tr("Number"), side);
  words->setToolTip(tr("The track's number, in tables and files. Type another one."));
  grid->addWidget(words, 3, 0);
  number_ = new QSpinBox(side);
  number_->setObjectName(QStringLiteral("track_number"));
  number_->setAccessibleName(tr("Number"));
  number_->setRange(1, kMostNumber);
  number_->setButtonSymbols(QAbstractSpinBox::NoButtons);
  QObject::connect(number_, &QSpinBox::editingFinished, this, [this] {
    const auto& selected = desk_.selected();
    if (!selected || filling_ || number_->value() == selected->track) return;
    nlohmann::json arguments = target();
    arguments["number"] = number_->value();
    arguments["at"] = {selected->track, selected->frame};
    run_("tracks.number", arguments);
    refresh_selection();
  });
  grid->addWidget(number_, 3, 1);
  column->addLayout(grid);
  row.addWidget(side);
}

void TrackPanel::build_lineage() {
  auto* page = new QWidget(tabs_);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 4, 0, 0);
  column->setSpacing(4);
  auto* head = new QHBoxLayout;
  family_ = new QCheckBox(tr("Only the selected cell's family"), page);
  family_->setObjectName(QStringLiteral("track_family"));
  family_->setToolTip(tr("Shows the tracks that come from one cell, and no others."));
  QObject::connect(family_, &QCheckBox::toggled, this, [this] { refresh_lineage(); });
  head->addWidget(family_);
  chosen_words_ = new QLabel(page);
  chosen_words_->setObjectName(QStringLiteral("track_chosen"));
  chosen_words_->setProperty("role", "quiet");
  head->addWidget(chosen_words_, 1);
  column->addLayout(head);
  lineage_scroll_ = new QScrollArea(page);
  lineage_scroll_->setWidgetResizable(true);
  lineage_ = new LineageView(nullptr);
  lineage_scroll_->setWidget(lineage_);
  // The axis stays at the top, so scrolling draws all anew.
  QObject::connect(lineage_scroll_->verticalScrollBar(), &QScrollBar::valueChanged, lineage_,
                   [this] { lineage_->update(); });
  lineage_->on_chosen = [this](const TrackPlace& place) { choose(place); };
  lineage_->on_time = [this](std::int64_t frame) { workspace_.view().set_time(frame); };
  column->addWidget(lineage_scroll_, 1);
  tabs_->addTab(page, tr("Lineage"));
}

void TrackPanel::build_doubts(const CommandTable& commands) {
  auto* page = new QWidget(tabs_);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 4, 0, 0);
  column->setSpacing(4);
  doubts_ = new RowTable("track_doubts", tr("Links to be looked at"),
                         {{tr("Why"), tr("Track"), tr("Frame"), tr("From track")},
                          [this] { return static_cast<int>(desk_.doubts().size()); },
                          [this](int row, int at) { return doubt_text(row, at); },
                          {},
                          1},
                         page);
  doubts_->on_chosen = [this](int row) {
    const auto& doubts = desk_.doubts();
    if (row >= 0 && row < static_cast<int>(doubts.size())) {
      choose(doubts[static_cast<std::size_t>(row)].to);
    }
  };
  column->addWidget(doubts_, 1);
  auto* row = new QHBoxLayout;
  row->setSpacing(4);
  const auto button = [&](const char* id, const QString& text) {
    row->addWidget(command_button(commands, id, text, page));
  };
  button("tracks.accept", tr("Accept"));
  button("tracks.previous_doubt", tr("Previous"));
  button("tracks.next_doubt", tr("Next"));
  doubt_why_ = new QLabel(page);
  doubt_why_->setObjectName(QStringLiteral("track_doubt_words"));
  doubt_why_->setProperty("role", "quiet");
  doubt_why_->setWordWrap(true);
  row->addWidget(doubt_why_, 1);
  column->addLayout(row);
  tabs_->addTab(page, tr("To check"));
}

QString TrackPanel::doubt_text(int row, int column) const {
  const auto& doubts = desk_.doubts();
  if (row >= static_cast<int>(doubts.size())) return {};
  const DoubtfulLink& link = doubts[static_cast<std::size_t>(row)];
  switch (column) {
    case 0: {
      QStringList reasons;
      for (const std::string& reason : link.reasons) reasons << message_text(reason);
      return reasons.join(QStringLiteral("; "));
    }
    case 1:
      return QString::number(link.to.track);
    case 2:
      return QString::number(link.to.frame + 1);
    default:
      return link.from.track > 0 ? QString::number(link.from.track) : QStringLiteral("–");
  }
}

void TrackPanel::choose(const TrackPlace& place) {
  if (filling_) return;
  run_("tracks.select", {{"at", {place.track, place.frame}}});
}

void TrackPanel::show_tab(const char* name) {
  constexpr const char* kNames[] = {"lineage", "doubts", "table", "plots"};
  for (int i = 0; i < 4; ++i) {
    if (std::string(kNames[i]) == name) tabs_->setCurrentIndex(i);
  }
}

void TrackPanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  refresh();
}

void TrackPanel::refresh() {
  if (!isVisible()) return;
  const auto layer = desk_.layer();
  shown_ = desk_.last_summary();
  refresh_table();  // its rows are places in the summary
  title_->setText(layer ? QString::fromStdString(layer->name()) : tr("No tracks yet"));
  if (!layer) {
    counts_->setText(
        tr("Open a movie of labels, or have a model find the cells, and choose Tracks › Track "
           "cells. Files of tracks can be opened as well."));
  } else if (!shown_ || desk_.summary() == nullptr) {
    counts_->setText(tr("Measuring …"));
  } else {
    counts_->setText(tr("Tracks: %1 · divisions: %2 · frames: %3")
                         .arg(shown_->measures.size())
                         .arg(shown_->divisions)
                         .arg(shown_->frames));
  }
  filling_ = true;
  doubts_->refill();
  filling_ = false;
  tabs_->setTabText(
      1, desk_.doubts().empty() ? tr("To check") : tr("To check: %1").arg(desk_.doubts().size()));
  refresh_lineage();
  refresh_plot();
  refresh_selection();
}

void TrackPanel::refresh_lineage() {
  std::vector<LineageBranch> branches;
  if (shown_) branches = shown_->lineage;
  if (family_->isChecked() && desk_.selected()) {
    branches = family_of(branches, desk_.selected()->track);
  }
  lineage_->set_branches(std::move(branches), shown_ ? shown_->frames : 0);
  lineage_->set_time(workspace_.view().time());
  lineage_->set_chosen(chosen_);
}

void TrackPanel::refresh_selection() {
  if (!isVisible()) return;
  const auto& selected = desk_.selected();
  for (const auto& [button, command] : buttons_) button->setEnabled(command->enabled());
  lineage_->set_places(selected, desk_.mark());
  filling_ = true;
  number_->setEnabled(selected.has_value());
  if (selected) {
    number_->setValue(static_cast<int>(std::min<std::int64_t>(selected->track, kMostNumber)));
  } else {
    number_->clear();
  }
  const auto doubt = desk_.doubt_here();
  doubt_why_->setText(doubt ? doubt_text(static_cast<int>(*doubt), 0)
                      : desk_.doubts().empty()
                          ? tr("No link is left that looks wrong.")
                          : tr("The most doubtful first. Accept what is right; correct the rest."));
  doubts_->choose(doubt ? static_cast<int>(*doubt) : -1);
  for (std::size_t row = 0; selected && shown_ && row < order_.size(); ++row) {
    if (shown_->measures[order_[row]].track == selected->track) {
      table_->choose(static_cast<int>(row));
      break;
    }
  }
  filling_ = false;
  if (!selected) {
    selection_->setText(desk_.layer()
                            ? tr("Click a cell. Shift+click a cell of a later frame links it, "
                                 "Ctrl+click makes it the second daughter.")
                            : QString());
    return;
  }
  QString text = tr("Track %1, frame %2").arg(selected->track).arg(selected->frame + 1);
  if (desk_.mark() && desk_.mark() != selected) {
    text += QLatin1Char('\n') + tr("A link starts at track %1, frame %2")
                                    .arg(desk_.mark()->track)
                                    .arg(desk_.mark()->frame + 1);
  }
  selection_->setText(text);
  if (family_->isChecked()) refresh_lineage();
  const QPointF at = lineage_->position_of(*selected);
  lineage_scroll_->ensureVisible(static_cast<int>(at.x()), static_cast<int>(at.y()), 40, 40);
}

}  // namespace karyo::gui
