// One model by several processes, as torchrun starts them: the curve of one process with all their
// batches, and what is left when one of them is lost.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmath>
#include <future>

#include "models/io/history.h"
#include "tests/app/worker/run_program.h"
#include "tests/models/care/made_pairs.h"
#include "tests/models/train/synthetic_dataset.h"

namespace karyo {
namespace {

using test::Outcome;
using test::run_program;
using testing::HasSubstr;
using Words = std::vector<std::string>;

/// One that was free a moment ago.
std::string free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  socklen_t size = sizeof address;
  EXPECT_EQ(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  close(socket);
  return std::to_string(ntohs(address.sin_port));
}

class TrainTogether : public ::testing::Test {
 protected:
  TrainTogether() {
    test::make_dataset(folder_ / "nuclei", 4, 64, 72);
    test::make_pairs(folder_ / "pairs", 3, 2);
  }

  Words train(const std::string& kind, const std::string& model, const Words& more) const {
    const bool stardist = kind == "stardist";
    const auto data = folder_ / (stardist ? "nuclei" : kind == "n2v" ? "pairs/low" : "pairs");
    Words words{"train", kind, "--data", data.string(), "--model", (folder_ / model).string()};
    words.insert(words.end(), more.begin(), more.end());
    words = test::with_defaults(std::move(words), {{"--filters", stardist ? "8" : "4"},
                                                   {"--patch", stardist ? "64,64" : "16,16"},
                                                   {"--unet-depth", "1"},
                                                   {"--epochs", "2"},
                                                   {"--steps", "4"},
                                                   {"--val", "0.34"},
                                                   {"--lr", "0.002"},
                                                   {"--precision", "float32"},
                                                   {"--device", "cpu"},
                                                   {"--threads", "1"}});
    if (!stardist) return test::with_defaults(std::move(words), {{"--kernel", "3"}});
    return test::with_defaults(std::move(words), {{"--features", "8"}, {"--rays", "8"}});
  }

  /// Processes with the same words. The last gets a signal once `when` holds.
  static std::vector<Outcome> together(int count, const Words& words,
                                       const test::InterruptWhen& when = {}, int signal = SIGKILL) {
    const std::string port = free_port();
    std::vector<std::future<Outcome>> running;
    for (int rank = 0; rank < count; ++rank) {
      running.push_back(std::async(std::launch::async, [&, rank] {
        test::Start how;
        how.environment = {"RANK=" + std::to_string(rank), "LOCAL_RANK=" + std::to_string(rank),
                           "WORLD_SIZE=" + std::to_string(count), "MASTER_ADDR=127.0.0.1",
                           "MASTER_PORT=" + port};
        how.signal = signal;
        return run_program(words, rank + 1 == count ? when : test::InterruptWhen(), how);
      }));
    }
    std::vector<Outcome> ended;
    for (auto& one : running) ended.push_back(one.get());
    return ended;
  }

  History history(const std::string& model) const {
    auto read = read_history(folder_ / model / "history.csv");
    EXPECT_TRUE(read) << read.error().what;
    return read ? *std::move(read) : History();
  }

  /// The same curve but for what rounding in another order does; that of the validation means of
  /// batches of another size, where a loss is no plain mean.
  void expect_same_curves(const std::string& one, const std::string& together, double val) const {
    const History a = history(one), b = history(together);
    ASSERT_EQ(a.columns, b.columns);
    ASSERT_EQ(a.rows.size(), b.rows.size());
    for (std::size_t row = 0; row < a.rows.size(); ++row) {
      for (std::size_t column = 0; column < a.columns.size(); ++column) {
        if (a.columns[column] == "seconds" || a.columns[column] == "memory_mib") continue;
        const double near = a.columns[column].starts_with("val") ? val : 2e-4;
        EXPECT_NEAR(b.rows[row][column], a.rows[row][column], near * std::abs(a.rows[row][column]))
            << a.columns[column] << " of epoch " << row + 1;
      }
    }
  }

  test::TempDir folder_;
};

TEST_F(TrainTogether, TwoHaveTheCurveOfOneWithTheDoubledBatch) {
  struct Case {
    const char* kind;
    double val;
  };
  for (const auto& [kind, val] : {Case{"stardist", 0.02}, Case{"care", 2e-4}, Case{"n2v", 0.05}}) {
    SCOPED_TRACE(kind);
    const std::string one = std::string(kind) + " one", both = std::string(kind) + " both";
    const auto alone = run_program(train(kind, one, {"--batch", "4", "--quiet"}));
    ASSERT_EQ(alone.status, 0) << alone.err;
    const auto pair = together(2, train(kind, both, {"--batch", "2", "--json"}));
    ASSERT_EQ(pair[0].status, 0) << pair[0].err;
    ASSERT_EQ(pair[1].status, 0) << pair[1].err;
    EXPECT_THAT(pair[0].err, HasSubstr("2 processes train together"));
    EXPECT_EQ(pair[0].result().at("epochs"), 2);
    EXPECT_EQ(pair[1].out + pair[1].err, "") << "one speaks for all";
    expect_same_curves(one, both, val);
    EXPECT_TRUE(std::filesystem::exists(folder_ / both / "weights_last.h5"));
  }
}

TEST_F(TrainTogether, ALostProcessEndsTheOtherWithAWholeCheckpoint) {
  const Words words = train("care", "model", {"--batch", "2", "--epochs", "2000", "--quiet"});
  const auto checkpoint = folder_ / "model" / "checkpoint.safetensors";
  const auto run =
      together(2, words, [&](const std::string&) { return std::filesystem::exists(checkpoint); });
  EXPECT_EQ(run[1].status, 128 + SIGKILL);
  test::expect_refused(run[0], 1, "another process of this training was lost");
  EXPECT_THAT(run[0].err, HasSubstr("--resume"));

  const auto epochs = static_cast<int>(history("model").rows.size());
  ASSERT_GE(epochs, 1);
  const auto more = std::to_string(epochs + 2);
  const auto resumed = run_program(
      train("care", "model", {"--batch", "2", "--epochs", more, "--resume", "--quiet"}));
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(static_cast<int>(history("model").rows.size()), epochs + 2);
}

// Fewer batches to validate with than processes, too.
TEST_F(TrainTogether, OneThatIsStoppedStopsAllAndAllGoOn) {
  const Words words =
      train("care", "model", {"--batch", "1", "--epochs", "2000", "--patches-per-image", "2"});
  const auto checkpoint = folder_ / "model" / "checkpoint.safetensors";
  const auto stopped = together(
      3, words, [&](const std::string&) { return std::filesystem::exists(checkpoint); }, SIGINT);
  for (const auto& run : stopped) EXPECT_EQ(run.status, 130) << run.err;

  const auto epochs = static_cast<int>(history("model").rows.size());
  ASSERT_GE(epochs, 1);
  const auto more = std::to_string(epochs + 2);
  for (const auto& run : together(3, train("care", "model",
                                           {"--batch", "1", "--epochs", more, "--resume",
                                            "--patches-per-image", "2", "--quiet"}))) {
    EXPECT_EQ(run.status, 0) << run.err;
  }
  EXPECT_EQ(static_cast<int>(history("model").rows.size()), epochs + 2);
}

TEST_F(TrainTogether, ProcessesThatDifferAreToldSo) {
  const std::string port = free_port();
  std::vector<std::future<Outcome>> running;
  for (int rank = 0; rank < 2; ++rank) {
    running.push_back(std::async(std::launch::async, [&, rank] {
      test::Start how;
      how.environment = {"RANK=" + std::to_string(rank), "WORLD_SIZE=2", "MASTER_PORT=" + port};
      return run_program(train("care", "model",
                               {"--batch", "2", "--lr", rank == 0 ? "0.001" : "0.002", "--quiet"}),
                         {}, how);
    }));
  }
  for (auto& one : running)
    test::expect_refused(one.get(), 2, "differ in their settings or images");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "model"));
}

TEST_F(TrainTogether, APlaceThatIsNoneIsRefused) {
  test::Start how;
  how.environment = {"WORLD_SIZE=2", "MASTER_PORT=29500"};
  test::expect_refused(run_program(train("care", "model", {"--quiet"}), {}, how), 2,
                       "RANK is not set");
}

}  // namespace
}  // namespace karyo
