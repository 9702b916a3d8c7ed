#include "app/live_set.h"

#include <algorithm>
#include <cmath>
#include <system_error>

#include "core/base/atomic_file.h"
#include "core/io/image_names.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;

constexpr const char *kJudges = "validation.txt", *kImages = "run.only.txt";

/// FNV-1a: an order that does not depend on what other images there are.
std::uint64_t rank_of(const std::string& name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::size_t share_of(std::size_t images, double share) {
  return static_cast<std::size_t>(std::lround(share * static_cast<double>(images)));
}

std::size_t judges_in(const std::vector<TrainImage>& images) {
  return static_cast<std::size_t>(
      std::count_if(images.begin(), images.end(), [](const auto& i) { return i.validation; }));
}

/// What is checked weighs as much as what is suggested.
void weigh(std::vector<TrainImage>& images, const std::set<std::string>& done) {
  std::int64_t checked = 0, suggested = 0;
  for (const TrainImage& image : images) {
    if (!image.validation) ++(done.contains(image.name) ? checked : suggested);
  }
  if (checked == 0 || suggested == 0) return;
  const std::int64_t times = std::clamp(suggested / checked, kNewTimes, kMostTimes);
  for (TrainImage& image : images) {
    if (!image.validation && done.contains(image.name)) image.times = times;
  }
}

}  // namespace

std::vector<TrainImage> first_images(const std::vector<std::string>& names,
                                     const std::set<std::string>& done,
                                     const std::set<std::string>& judges,
                                     const std::set<std::string>& learned, double share) {
  std::vector<TrainImage> images;
  for (const std::string& name : names) images.push_back({name, 1, judges.contains(name)});
  const auto may_judge = [&](const std::string& name) {
    return done.empty() || done.contains(name);
  };
  std::vector<TrainImage*> others;
  for (TrainImage& image : images) {
    if (!image.validation && may_judge(image.name)) others.push_back(&image);
  }
  const auto of = static_cast<std::size_t>(std::count_if(names.begin(), names.end(), may_judge));
  std::sort(others.begin(), others.end(), [&](const TrainImage* a, const TrainImage* b) {
    const bool fresh_a = !learned.contains(a->name), fresh_b = !learned.contains(b->name);
    return fresh_a != fresh_b ? fresh_a : rank_of(a->name) < rank_of(b->name);
  });
  // One image says little of all: two judge as soon as two are left to learn from. The only one
  // that is done judges where there are others.
  const std::size_t few = of == 1 && names.size() > 1 ? 1 : std::min<std::size_t>(2, of / 2);
  const std::size_t wanted = std::max(share_of(of, share), few);
  std::size_t there = judges_in(images);
  for (TrainImage* image : others) {
    // One that was learned from judges too well: it does where there is no judge at all.
    if (there >= wanted || (there > 0 && learned.contains(image->name))) break;
    image->validation = true;
    ++there;
  }
  // Something has to be learned from, also where all but judges were left out.
  if (!images.empty() && there == images.size()) images.back().validation = false;
  weigh(images, done);
  return images;
}

std::vector<TrainImage> grown_images(std::vector<TrainImage> before,
                                     const std::vector<std::string>& done,
                                     const std::set<std::string>& corrected, double share) {
  const std::set<std::string> checked(done.begin(), done.end());
  std::set<std::string> known;
  std::size_t of = 0;  // that a person has checked
  for (TrainImage& image : before) {
    known.insert(image.name);
    if (image.validation || checked.contains(image.name)) ++of;
    if (!image.validation && corrected.contains(image.name)) image.times = kNewTimes;
  }
  for (const std::string& name : done) {
    if (!known.insert(name).second) continue;
    const bool judges = judges_in(before) < std::max<std::size_t>(1, share_of(++of, share));
    before.push_back({name, judges ? 1 : kNewTimes, judges});
  }
  weigh(before, checked);
  return before;
}

std::set<std::string> judges_of(const fs::path& models) {
  const auto names = read_name_list(models / kJudges);
  return names ? std::set<std::string>(names->begin(), names->end()) : std::set<std::string>{};
}

std::set<std::string> learned_in(const fs::path& models) {
  std::set<std::string> names;
  std::error_code none;
  for (fs::directory_iterator it(models, none), end; !none && it != end; it.increment(none)) {
    const auto images = read_train_list(it->path() / kImages);
    if (!images) continue;
    for (const TrainImage& image : *images) {
      if (!image.validation) names.insert(image.name);
    }
  }
  return names;
}

Result<void> keep_judges(const fs::path& models, const std::vector<TrainImage>& images) {
  std::set<std::string> judges = judges_of(models);
  const std::size_t before = judges.size();
  for (const TrainImage& image : images) {
    if (image.validation) judges.insert(image.name);
  }
  if (judges.size() == before) return {};
  std::error_code ec;
  fs::create_directories(models, ec);
  std::string text;
  for (const std::string& name : judges) text += name + "\n";
  return write_file_atomically(models / kJudges, text);
}

}  // namespace karyo
