#include <fcntl.h>
#include <sys/sysmacros.h>

#include <climits>
#include <doctest/doctest.h>

#include "child.hpp"
#include "kernel/directory.hpp"
#include "kernel/foreign_directory.hpp"

using namespace cstop;
using namespace cstop::kernel;
using namespace cstop::kernel::test;

TEST_CASE("a file below a directory is read whole, with its writers") {
    const TestDirectory test;
    write_text(test.path() / "state.json", "{}");
    std::filesystem::permissions(test.path() / "state.json", std::filesystem::perms(0644));
    const auto directory = open_directory(test.path());
    REQUIRE(directory);
    auto file = read_file_below(*directory, "state.json");
    REQUIRE(file);
    CHECK(file->bytes == "{}");
    CHECK(file->writers.owner == ::geteuid());
    CHECK_FALSE(file->writers.others_may_write);
    std::filesystem::permissions(test.path() / "state.json", std::filesystem::perms(0664));
    CHECK(read_file_below(*directory, "state.json")->writers.others_may_write);
}

TEST_CASE("a sticky directory is not writable by others in the sense that matters") {
    const TestDirectory test;
    std::filesystem::permissions(test.path(), std::filesystem::perms(01777));
    CHECK_FALSE(read_writers(*open_directory(test.path()))->others_may_write);
    std::filesystem::permissions(test.path(), std::filesystem::perms(0777));
    CHECK(read_writers(*open_directory(test.path()))->others_may_write);
}

TEST_CASE("symlinks, escapes, FIFOs, directories and devices are damaged, never followed") {
    const TestDirectory test;
    write_text(test.path() / "real", "x");
    std::filesystem::create_directory(test.path() / "dir");
    write_text(test.path() / "dir/inner", "y");
    std::filesystem::create_symlink("real", test.path() / "link");
    std::filesystem::create_symlink("/dev/zero", test.path() / "zero");
    std::filesystem::create_directory_symlink("dir", test.path() / "dirlink");
    ::mkfifo((test.path() / "fifo").c_str(), 0600);
    const auto directory = open_directory(test.path());
    for (const char* name :
         {"link", "zero", "dirlink/inner", "dir", "fifo", "../x", "/etc/passwd", "", ".", "dir/../real"}) {
        CAPTURE(name);
        const auto file = read_file_below(*directory, name);
        REQUIRE_FALSE(file);
        CHECK(file.error().code == ErrorCode::damaged);
    }
    CHECK(read_file_below(*directory, "dir/inner")->bytes == "y");
    CHECK(open_directory_below(*directory, "dirlink").error().code == ErrorCode::damaged);
    CHECK(read_file_below(*directory, "none").error().code == ErrorCode::not_found);
    CHECK(read_file_below(*directory, std::string_view("real\0x", 6)).error().code == ErrorCode::damaged);
}

TEST_CASE("the limit is one of bytes that were read") {
    const TestDirectory test;
    write_text(test.path() / "file", std::string(10000, 'x'));
    std::filesystem::resize_file(test.path() / "file", 10000);
    const auto directory = open_directory(test.path());
    CHECK(read_file_below(*directory, "file", 10000)->bytes.size() == 10000);
    CHECK(read_file_below(*directory, "file", 9999).error().code == ErrorCode::damaged);
    write_text(test.path() / "sparse", "");
    std::filesystem::resize_file(test.path() / "sparse", 1UL << 30U);
    CHECK(read_file_below(*directory, "sparse").error().code == ErrorCode::damaged);
}

TEST_CASE("a peek gives a file's bytes, whatever the buffer held before") {
    const TestDirectory test;
    const std::string long_text(200'000, 'x');
    write_text(test.path() / "long", long_text);
    write_text(test.path() / "room", std::string(65536, 'y'));
    write_text(test.path() / "short", "{}");
    write_text(test.path() / "empty", "");
    const auto directory = open_directory(test.path());
    std::string buffer;
    CHECK(peek_file_below(*directory, "long", buffer) == long_text);
    CHECK(peek_file_below(*directory, "short", buffer) == "{}");
    CHECK(peek_file_below(*directory, "empty", buffer) == "");
    std::string another;
    CHECK(peek_file_below(*directory, "room", another) == std::string(65536, 'y'));
    CHECK(peek_file_below(*directory, "none", buffer).error().code == ErrorCode::not_found);
}

TEST_CASE("a peek follows nothing, waits for nobody and ends") {
    const TestDirectory test;
    std::filesystem::create_directory(test.path() / "dir");
    write_text(test.path() / "dir/inner", "y");
    std::filesystem::create_symlink("dir/inner", test.path() / "link");
    std::filesystem::create_directory_symlink("dir", test.path() / "dirlink");
    ::mkfifo((test.path() / "fifo").c_str(), 0600);
    write_text(test.path() / "huge", "");
    std::filesystem::resize_file(test.path() / "huge", largest_file + 1);
    static_cast<void>(::mknod((test.path() / "endless").c_str(), S_IFCHR | 0600, makedev(1, 5)));  // root only
    const auto directory = open_directory(test.path());
    std::string buffer;
    for (const char* name : {"link", "dirlink/inner", "dir", "huge", "endless", "../x", "", "."}) {
        CAPTURE(name);
        CHECK_FALSE(peek_file_below(*directory, name, buffer));
    }
    CHECK(peek_file_below(*directory, "fifo", buffer).value_or("").empty());
    const int writer = ::open((test.path() / "fifo").c_str(), O_RDWR | O_CLOEXEC);
    CHECK(peek_file_below(*directory, "fifo", buffer).value_or("").empty());
    ::close(writer);
}

TEST_CASE("a file that the user names may be a symlink") {
    const TestDirectory test;
    write_text(test.path() / "real", "x");
    std::filesystem::create_symlink("real", test.path() / "link");
    CHECK(read_file(test.path() / "link")->bytes == "x");
    CHECK(read_file("/dev/zero").error().code == ErrorCode::damaged);
    CHECK(read_file(test.path()).error().code == ErrorCode::damaged);
}

TEST_CASE("names are listed, twice if need be, and links are read") {
    const TestDirectory test;
    write_text(test.path() / "a", "");
    std::filesystem::create_symlink("elsewhere", test.path() / "b");
    std::filesystem::create_directory(test.path() / "dir");
    std::filesystem::create_symlink("deeper", test.path() / "dir/c");
    const auto directory = open_directory(test.path());
    CHECK(list_names(*directory)->size() == 3);
    CHECK(list_names(*directory)->size() == 3);
    CHECK(*read_link_below(*directory, "b") == "elsewhere");
    CHECK(*read_link_below(*directory, "dir/c") == "deeper");
    CHECK(read_link_below(*directory, "a").error().code == ErrorCode::damaged);
    CHECK(read_link_below(*directory, "none").error().code == ErrorCode::not_found);
    CHECK(has_entry(*directory, "a"));
    CHECK(has_entry(*directory, "b"));
    CHECK(has_entry(*directory, "dir"));
    CHECK_FALSE(has_entry(*directory, "none"));
}

TEST_CASE("a descriptor has one owner") {
    Descriptor first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const int number = first.number();
    Descriptor second(std::move(first));
    CHECK(second.number() == number);
    second.close();
    CHECK_FALSE(second.is_open());
    CHECK(::fcntl(number, F_GETFD) == -1);
}

TEST_CASE("a stranger's path is walked link by link, and leads where the kernel would have led") {
    const TestDirectory test;
    const std::string top = std::filesystem::canonical(test.path());
    std::filesystem::create_directories(test.path() / "a/b");
    write_text(test.path() / "a/b/file", "x");
    std::filesystem::create_directory_symlink("a/./b", test.path() / "relative");
    std::filesystem::create_directory_symlink(top + "/a", test.path() / "absolute");
    std::filesystem::create_directory_symlink("../../absolute/b/..", test.path() / "a/b/winding");
    for (const char* way : {"a/b", "a//b/", "a/./b", "relative", "absolute/b", "a/b/winding/b", "relative/../b"}) {
        CAPTURE(way);
        const auto opened = open_foreign_directory(top + "/" + way);
        REQUIRE(opened);
        CHECK(read_file_below(*opened, "file")->bytes == "x");
    }
    CHECK(read_writers(*open_foreign_directory("/")));
}

TEST_CASE("a stranger's path that leads nowhere is an error, and never a loop") {
    const TestDirectory test;
    const std::string top = test.path();
    write_text(test.path() / "file", "x");
    std::filesystem::create_directory_symlink("loop", test.path() / "loop");
    ::mkfifo((test.path() / "fifo").c_str(), 0600);
    const auto code = [](const std::string& path) { return open_foreign_directory(path).error().code; };
    CHECK(code(top + "/none") == ErrorCode::not_found);
    CHECK(code(top + "/none/further") == ErrorCode::not_found);
    CHECK(code(top + "/file/further") == ErrorCode::damaged);
    CHECK(code(top + "/file") == ErrorCode::damaged);
    CHECK(code(top + "/fifo") == ErrorCode::damaged);
    CHECK(code(top + "/loop") == ErrorCode::damaged);
    CHECK(code("relative") == ErrorCode::damaged);
    CHECK(code("") == ErrorCode::damaged);
    CHECK(code(std::string("/\0etc", 5)) == ErrorCode::damaged);
    CHECK(code("/" + std::string(PATH_MAX, 'x')) == ErrorCode::damaged);
    CHECK_FALSE(open_foreign_directory("/" + std::string(300, 'x')));
}
