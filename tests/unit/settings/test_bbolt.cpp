// The bbolt reader: recorded databases, databases made here, and damaged ones.

#include <cstring>
#include <fcntl.h>
#include <random>

#include <doctest/doctest.h>

#include "base/bbolt.hpp"
#include "files.hpp"
#include "kernel/page_file.hpp"
#include "settings/meta_database.hpp"
#include "settings/protobuf.hpp"

namespace cstop::settings {
namespace {

using test::data;
using test::TemporaryDirectory;

constexpr std::size_t page_size = 4096;

template <class Number>
void put(std::string& bytes, std::size_t offset, Number number) {
    REQUIRE(offset + sizeof number <= bytes.size());
    std::memcpy(bytes.data() + offset, &number, sizeof number);
}

std::uint64_t fnv(std::string_view bytes) {
    std::uint64_t sum = 0xcbf29ce484222325;
    for (const char byte : bytes) {
        sum = (sum ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    }
    return sum;
}

// A database of few pages, written as bbolt does it.
class Database {
public:
    explicit Database(std::uint64_t pages) : bytes_(pages * page_size, '\0'), pages_(pages) {}

    void write_meta(std::uint64_t transaction, std::uint64_t root) {
        const std::size_t at = transaction % 2 * page_size;
        put<std::uint16_t>(bytes_, at + 8, 4);
        put<std::uint32_t>(bytes_, at + 16, 0xED0CDAED);
        put<std::uint32_t>(bytes_, at + 20, 2);
        put<std::uint32_t>(bytes_, at + 24, page_size);
        put<std::uint64_t>(bytes_, at + 32, root);
        put<std::uint64_t>(bytes_, at + 56, pages_);
        put<std::uint64_t>(bytes_, at + 64, transaction);
        seal_meta(at);
    }

    void seal_meta(std::size_t at) { put(bytes_, at + 72, fnv(std::string_view(bytes_).substr(at + 16, 56))); }

    void write_header(std::uint64_t id, std::uint16_t flags, std::uint16_t count, std::uint32_t overflow = 0) {
        put<std::uint64_t>(bytes_, id * page_size, id);
        put<std::uint16_t>(bytes_, id * page_size + 8, flags);
        put<std::uint16_t>(bytes_, id * page_size + 10, count);
        put<std::uint32_t>(bytes_, id * page_size + 12, overflow);
    }

    // A leaf of one element.
    void write_leaf(std::uint64_t id, std::string_view key, std::string_view value, bool is_bucket = false) {
        write_header(id, 2, 1);
        const std::size_t element = id * page_size + 16;
        put<std::uint32_t>(bytes_, element, is_bucket ? 1 : 0);
        put<std::uint32_t>(bytes_, element + 4, 16);
        put<std::uint32_t>(bytes_, element + 8, static_cast<std::uint32_t>(key.size()));
        put<std::uint32_t>(bytes_, element + 12, static_cast<std::uint32_t>(value.size()));
        bytes_.replace(element + 16, key.size(), key);
        bytes_.replace(element + 16 + key.size(), value.size(), value);
    }

    // A branch of one element with the empty key.
    void write_branch(std::uint64_t id, std::uint64_t child) {
        write_header(id, 1, 1);
        put<std::uint32_t>(bytes_, id * page_size + 16, 16);
        put<std::uint64_t>(bytes_, id * page_size + 24, child);
    }

    std::string& bytes() { return bytes_; }

private:
    std::string bytes_;
    std::uint64_t pages_;
};

using Value = std::optional<std::string>;

Result<Value> read_root_value(const PageSource& source, std::string_view key) {
    return read_consistently(source,
                             [&](const BboltSnapshot& snapshot) { return snapshot.find_value(snapshot.root(), key); });
}

Result<Value> read_root_value(const std::string& bytes, std::string_view key) {
    return read_root_value(PageBytes(bytes), key);
}

std::string what(const Result<Value>& result) {
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::damaged);
    return result.error().what;
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::string bucket_value(std::uint64_t root) {
    std::string value(16, '\0');
    put(value, 0, root);
    return value;
}

std::string recorded_database() {
    return test::read_bytes(data("containerd-1.6.20-ctr-hybrid/root/io.containerd.metadata.v1.bolt/meta.db"));
}

// A writer that commits between any two reads, `commits` times.
class ChangingPages final : public PageSource {
public:
    ChangingPages(Database& database, int commits) : database_(database), commits_(commits) {}

    Result<std::string> read(std::uint64_t offset, std::size_t size) const override {
        auto bytes = PageBytes(database_.bytes()).read(offset, size);
        if (offset >= 2 * page_size && commits_ > 0) {
            --commits_;
            ++transaction_;
            database_.write_leaf(2 + transaction_ % 2, "key", "generation " + std::to_string(transaction_));
            database_.write_meta(transaction_, 2 + transaction_ % 2);
        }
        return bytes;
    }

private:
    Database& database_;
    mutable int commits_;
    mutable std::uint64_t transaction_ = 10;
};

}  // namespace

TEST_CASE("the newest valid meta counts") {
    Database database(4);
    database.write_leaf(2, "key", "old");
    database.write_leaf(3, "key", "new");
    database.write_meta(6, 2);
    database.write_meta(7, 3);
    CHECK(read_root_value(database.bytes(), "key").value() == "new");

    SUBCASE("with a bad checksum the older one does") {
        put<std::uint64_t>(database.bytes(), page_size + 72, 1);
        CHECK(read_root_value(database.bytes(), "key").value() == "old");
    }
    SUBCASE("the first meta may be the bad one") {
        put<std::uint32_t>(database.bytes(), 16, 0);
        CHECK(read_root_value(database.bytes(), "key").value() == "new");
    }
    SUBCASE("with none it is an error") {
        put<std::uint32_t>(database.bytes(), 16, 0);
        put<std::uint32_t>(database.bytes(), page_size + 20, 3);
        what(read_root_value(database.bytes(), "key"));
    }
    SUBCASE("another page size than the page's place is no meta") {
        put<std::uint32_t>(database.bytes(), 16, 0);
        put<std::uint32_t>(database.bytes(), page_size + 24, 2048);
        database.seal_meta(page_size);
        what(read_root_value(database.bytes(), "key"));
    }
    SUBCASE("an absurd page size is no meta") {
        for (const std::uint32_t size : {0U, 3U, 512U, 4097U, 1U << 31U}) {
            put<std::uint32_t>(database.bytes(), page_size + 24, size);
            database.seal_meta(page_size);
            CHECK(read_root_value(database.bytes(), "key").value() == "old");
        }
    }
}

TEST_CASE("what is not there is none") {
    Database database(4);
    database.write_leaf(2, "key", "value");
    database.write_meta(6, 2);
    CHECK_FALSE(read_root_value(database.bytes(), "a").value().has_value());
    CHECK_FALSE(read_root_value(database.bytes(), "z").value().has_value());
    CHECK_FALSE(read_root_value(database.bytes(), "").value().has_value());
    database.write_leaf(2, "key", bucket_value(3), true);
    CHECK_FALSE(read_root_value(database.bytes(), "key").value().has_value());
    database.write_header(2, 2, 0);
    CHECK_FALSE(read_root_value(database.bytes(), "key").value().has_value());
}

TEST_CASE("a commit during the walk makes it start again") {
    Database database(4);
    database.write_leaf(2, "key", "generation 10");
    database.write_meta(9, 2);
    database.write_meta(10, 2);
    const ChangingPages pages(database, 5);
    CHECK(read_root_value(pages, "key").value() == "generation 15");
}

TEST_CASE("a writer that never pauses is an error, not a wrong answer and not for ever") {
    Database database(4);
    database.write_leaf(2, "key", "generation 10");
    database.write_meta(9, 2);
    database.write_meta(10, 2);
    const ChangingPages pages(database, 1'000'000);
    const auto value = read_root_value(pages, "key");
    REQUIRE_FALSE(value.has_value());
    CHECK(value.error().code == ErrorCode::unsupported);
}

TEST_CASE("damaged trees are errors") {
    Database database(6);
    database.write_meta(6, 2);
    SUBCASE("a page that is its own child") {
        database.write_branch(2, 2);
        CHECK(contains(what(read_root_value(database.bytes(), "key")), "deeper"));
    }
    SUBCASE("two pages that are each other's child") {
        database.write_branch(2, 3);
        database.write_branch(3, 2);
        CHECK(contains(what(read_root_value(database.bytes(), "key")), "deeper"));
    }
    SUBCASE("a child that is a meta, beyond the end, or nowhere") {
        for (const std::uint64_t child : {0ULL, 1ULL, 6ULL, ~0ULL, ~0ULL / page_size}) {
            database.write_branch(2, child);
            CAPTURE(child);
            what(read_root_value(database.bytes(), "key"));
        }
    }
    SUBCASE("a page with another number") {
        database.write_leaf(2, "key", "value");
        put<std::uint64_t>(database.bytes(), 2 * page_size, 3);
        CHECK(contains(what(read_root_value(database.bytes(), "key")), "says that it is page 3"));
    }
    SUBCASE("a page that is neither branch nor leaf") {
        for (const unsigned flags : {0U, 3U, 4U, 0x10U, 0xffffU}) {
            database.write_header(2, static_cast<std::uint16_t>(flags), 0);
            what(read_root_value(database.bytes(), "key"));
        }
    }
    SUBCASE("more elements than there is room for") {
        database.write_header(2, 2, 0xffff);
        CHECK(contains(what(read_root_value(database.bytes(), "key")), "no room"));
    }
    SUBCASE("an overflow beyond the end") {
        for (const std::uint32_t overflow : {4U, 1000U, ~0U}) {
            database.write_leaf(2, "key", "value");
            database.write_header(2, 2, 1, overflow);
            CAPTURE(overflow);
            what(read_root_value(database.bytes(), "key"));
        }
    }
    SUBCASE("an element that leaves its page") {
        for (const std::size_t field : {4U, 8U, 12U}) {
            for (const std::uint32_t value : {static_cast<std::uint32_t>(page_size), ~0U, 1U << 31U}) {
                database.write_leaf(2, "key", "value");
                put<std::uint32_t>(database.bytes(), 2 * page_size + 16 + field, value);
                CHECK(contains(what(read_root_value(database.bytes(), "key")), "leaves it"));
            }
        }
    }
    SUBCASE("a bucket shorter than its header") {
        database.write_leaf(2, "key", "short", true);
        const auto bucket = read_consistently(PageBytes(database.bytes()), [](const BboltSnapshot& snapshot) {
            return snapshot.find_bucket(snapshot.root(), {"key"});
        });
        CHECK_FALSE(bucket.has_value());
    }
    SUBCASE("an inline bucket without a page") {
        database.write_leaf(2, "key", bucket_value(0), true);
        const auto value =
            read_consistently(PageBytes(database.bytes()), [](const BboltSnapshot& snapshot) -> Result<Value> {
                CSTOP_TRY(const auto bucket, snapshot.find_bucket(snapshot.root(), {"key"}));
                return snapshot.find_value(*bucket, "x");
            });
        what(value);
    }
}

TEST_CASE("an overflow page is read whole") {
    Database database(6);
    database.write_meta(6, 2);
    database.write_leaf(2, "key", std::string(3 * page_size, 'v'));
    database.write_header(2, 2, 1, 3);
    CHECK(read_root_value(database.bytes(), "key").value() == std::string(3 * page_size, 'v'));
}

TEST_CASE("a file is read like bytes") {
    const TemporaryDirectory directory;
    Database database(4);
    database.write_leaf(2, "key", "value");
    database.write_meta(6, 2);
    directory.write("x.db", database.bytes());
    const auto opened = kernel::open_directory(directory.path());
    REQUIRE(opened.has_value());
    auto file = kernel::open_page_file(*opened, "x.db");
    REQUIRE(file.has_value());
    CHECK(read_root_value(*file, "key").value() == "value");
    CHECK_FALSE(kernel::open_page_file(*opened, "none").has_value());
    CHECK_FALSE(kernel::open_page_file(*opened, ".").has_value());
    directory.write("short.db", database.bytes().substr(0, 2 * page_size + 5));
    auto torn = kernel::open_page_file(*opened, "short.db");
    REQUIRE(torn.has_value());
    what(read_root_value(*torn, "key"));
}

TEST_CASE("a recorded database cut off anywhere is an answer or an error") {
    const std::string bytes = recorded_database();
    for (std::size_t size = 0; size < bytes.size(); size += size < 2 * page_size ? 61 : 1021) {
        const auto record = read_container_record(PageBytes(std::string_view(bytes).substr(0, size)), "default", "q1");
        if (record) {
            REQUIRE(record->has_value());
            CHECK((*record)->stop_signal == "SIGQUIT");
        }
    }
    CHECK_FALSE(read_container_record(PageBytes(""), "default", "q1").has_value());
}

TEST_CASE("a recorded database with any bytes changed never crashes or hangs") {
    const std::string original = recorded_database();
    std::mt19937 random(42);  // NOLINT: the same changes in every run
    for (int round = 0; round < 3000; ++round) {
        std::string bytes = original;
        for (int change = 0; change < 200; ++change) {
            bytes[2 * page_size + random() % (bytes.size() - 2 * page_size)] = static_cast<char>(random());
        }
        const auto record = read_container_record(PageBytes(bytes), "default", "q1");
        CHECK((record.has_value() || record.error().code == ErrorCode::damaged));
    }
}

TEST_CASE("a protobuf field is found among others, and damage is nothing") {
    CHECK(find_protobuf_bytes(std::string_view("\x0a\x03url\x12\x02{}", 9), 2) == "{}");
    CHECK(find_protobuf_bytes(std::string_view("\x08\x96\x01\x12\x01x", 6), 2) == "x");
    CHECK(find_protobuf_bytes(std::string_view("\x0d\1\2\3\4\x11\1\2\3\4\5\6\7\x08\x12\x01y", 17), 2) == "y");
    CHECK(find_protobuf_bytes("", 2) == std::nullopt);
    for (const std::string& bytes :
         {std::string("\x12"), std::string("\x12\x05xx"), std::string("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
          std::string("\xff"), std::string(20, '\xff'), std::string("\x13"), std::string("\x17xxxx"),
          std::string("\x0dxx")}) {
        CHECK(find_protobuf_bytes(bytes, 2) == std::nullopt);
    }
}

}  // namespace cstop::settings
