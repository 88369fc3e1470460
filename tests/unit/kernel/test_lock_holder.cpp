#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "kernel/lock_holder.hpp"

using namespace cstop;
using namespace cstop::kernel;

namespace {

constexpr std::string_view locks =
    "1: POSIX  ADVISORY  WRITE 700 00:19:1234 0 EOF\n"
    "2: FLOCK  ADVISORY  WRITE 812 00:19:1235 0 EOF\n"
    "2: -> FLOCK  ADVISORY  WRITE 813 00:19:1236 0 EOF\n"
    "3: FLOCK  ADVISORY  READ  814 fd:0a:1234 0 EOF\n"
    "4: OFDLCK ADVISORY  WRITE -1 00:19:1234 0 EOF\n";

}  // namespace

TEST_CASE("the holder of a flock is found by device and inode") {
    CHECK(parse_lock_holder(locks, {.major = 0, .minor = 0x19, .inode = 1235}) == 812);
    CHECK(parse_lock_holder(locks, {.major = 0xfd, .minor = 10, .inode = 1234}) == 814);
}

TEST_CASE("other locks, other files and those who wait hold nothing") {
    CHECK_FALSE(parse_lock_holder(locks, {.major = 0, .minor = 0x19, .inode = 1234}));
    CHECK_FALSE(parse_lock_holder(locks, {.major = 0, .minor = 0x19, .inode = 1236}));
    CHECK_FALSE(parse_lock_holder(locks, {.major = 0, .minor = 0x20, .inode = 1235}));
    CHECK_FALSE(parse_lock_holder("", {.major = 0, .minor = 0, .inode = 0}));
    CHECK_FALSE(parse_lock_holder("2: FLOCK ADVISORY WRITE x 00:19:1 0 EOF\n2: FLOCK ADVISORY WRITE 8 00:1 0 EOF\n\n2:",
                                  {.major = 0, .minor = 0x19, .inode = 1}));
}

TEST_CASE("a lock that is held is seen by who only looks, and is not taken") {
    std::string path = "/tmp/cstop-lock-XXXXXX";
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    const auto directory = open_directory(path);
    REQUIRE(directory);
    CHECK_FALSE(find_lock_holder(*directory));
    const int ours = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    REQUIRE(::flock(ours, LOCK_EX) == 0);
    CHECK(find_lock_holder(*directory) == ::getpid());
    REQUIRE(::flock(ours, LOCK_UN) == 0);
    CHECK_FALSE(find_lock_holder(*directory));
    CHECK_FALSE(find_lock_holder(Directory()));
    ::close(ours);
    ::rmdir(path.c_str());
}
