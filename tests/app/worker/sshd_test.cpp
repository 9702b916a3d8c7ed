// A training through OpenSSH's own server on this computer, where there is one.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "app/training_plan.h"
#include "app/training_run.h"
#include "app/worker/far_session.h"
#include "tests/app/worker/built_worker.h"
#include "tests/app/worker/small_plan.h"
#include "tests/app/worker/spot_model.h"
#include "tests/support/temp_dir.h"

namespace karyo {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kServer = "/usr/sbin/sshd";

/// Of loopback, that nobody listens at.
int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  int port = 0;
  if (bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
  }
  close(socket);
  return port;
}

class SshServer : public ::testing::Test {
 protected:
  void SetUp() override {
    test::find_built_worker();
    std::error_code ec;
    if (!fs::exists(kServer, ec)) GTEST_SKIP() << "there is no " << kServer;
    fs::create_directories("/run/sshd", ec);  // where it is run by root
    port_ = free_port();
    for (const char* key : {"host", "mine"}) {
      const std::string make =
          "ssh-keygen -q -t ed25519 -N '' -f " + (folder_ / key).string() + " </dev/null";
      if (std::system(make.c_str()) != 0) GTEST_SKIP() << "no keys can be made";
    }
    std::ifstream mine(folder_ / "mine.pub");
    std::string key;
    std::getline(mine, key);
    std::ofstream(folder_ / "known") << key << "\n";
    fs::permissions(folder_ / "known", fs::perms::owner_read | fs::perms::owner_write);
    std::ofstream(folder_ / "config")
        << "ListenAddress 127.0.0.1\nPort " << port_ << "\nHostKey " << (folder_ / "host").string()
        << "\nAuthorizedKeysFile " << (folder_ / "known").string()
        << "\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\nPidFile "
        << (folder_ / "pid").string() << "\n";
    server_ = fork();
    if (server_ == 0) {
      const int log = open((folder_ / "log").c_str(), O_WRONLY | O_CREAT, 0600);
      dup2(log, STDERR_FILENO);
      execl(kServer, kServer, "-D", "-e", "-f", (folder_ / "config").c_str(), nullptr);
      _exit(1);
    }
    place_ = {"127.0.0.1",
              "env 'KARYOSCOPE_FAR=" + (folder_ / "far away").string() + "' " +
                  std::string(KARYOSCOPE_WORKER_FOLDER) + "/karyoscope-worker",
              "ssh -F none -p " + std::to_string(port_) + " -i " + (folder_ / "mine").string() +
                  " -o StrictHostKeyChecking=no -o IdentitiesOnly=yes -o UserKnownHostsFile=" +
                  (folder_ / "hosts").string()};
    for (int i = 0; i < 100; ++i) {
      TaskControl control;
      const auto greeting = worker::test_far_place(place_, control);
      if (greeting) return;
      why_ = greeting.error().what;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      if (why_.find("refused") == std::string::npos) break;
    }
    GTEST_SKIP() << "the server lets nobody in: " << why_;
  }
  void TearDown() override {
    if (server_ <= 0) return;
    kill(server_, SIGTERM);
    waitpid(server_, nullptr, 0);
  }

  test::TempDir folder_;
  worker::FarPlace place_;
  pid_t server_ = -1;
  int port_ = 0;
  std::string why_;
};

TEST_F(SshServer, TrainsThroughIt) {
  test::make_spot_dataset(folder_ / "data", 4);
  const TrainingPlan plan = test::small_plan(folder_ / "data", 2);
  TrainingRun run;
  run.set_place(place_);
  ASSERT_TRUE(run.start(plan));
  run.wait();
  ASSERT_EQ(run.state(), TrainingRun::State::kFinished) << run.failure()->what;
  EXPECT_EQ(run.history().rows.size(), 2u);
  EXPECT_TRUE(fs::exists(run.model() / "weights_last.h5"));
  ASSERT_FALSE(run.log().notes().empty());
  EXPECT_THAT(run.log().notes().front(), HasSubstr("computes on 127.0.0.1"));
}

TEST_F(SshServer, AKeyThatIsNotKnownIsSaid) {
  std::ofstream(folder_ / "known") << "";
  TaskControl control;
  const auto greeting = worker::test_far_place(place_, control);
  ASSERT_FALSE(greeting);
  EXPECT_THAT(greeting.error().what, HasSubstr("127.0.0.1 cannot be reached"));
  EXPECT_THAT(greeting.error().what, HasSubstr("Permission denied"));
  EXPECT_THAT(greeting.error().fix, HasSubstr("ssh-copy-id"));
}

}  // namespace
}  // namespace karyo
