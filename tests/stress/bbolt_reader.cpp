// Reads a database that bbolt_writer.go writes to: bbolt_reader DIRECTORY SECONDS [--without-check]
//
// Every snapshot must be of one generation, and none older than the one before. Prints what it did and exits with 1
// when that did not hold. With --without-check the metas are not read again after a walk, as a reader would do it that
// knows nothing of bbolt's order of writing; then it exits with 1 when everything held: the test could not have failed.

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <random>
#include <string>

#include <fmt/format.h>

#include "base/bbolt.hpp"
#include "base/text.hpp"
#include "kernel/directory.hpp"
#include "kernel/page_file.hpp"
#include "settings/meta_database.hpp"

namespace {

using namespace cstop;
using Clock = std::chrono::steady_clock;

constexpr int containers = 20;

/// A disk that is slow now and then, so that commits fall into every moment of a walk.
class SlowPages final : public PageSource {
public:
    explicit SlowPages(const PageSource& source) : source_(source) {}

    Result<std::string> read(std::uint64_t offset, std::size_t size) const override {
        if (random_() % 256 == 0) {
            const timespec length{.tv_sec = 0, .tv_nsec = 300'000};
            nanosleep(&length, nullptr);
        }
        return source_.read(offset, size);
    }

private:
    const PageSource& source_;
    mutable std::minstd_rand random_;
};

Failure fail_mixed(std::string what) {
    return fail(ErrorCode::ambiguous, std::move(what));
}

/// Everything in the database says which generation it is of. Error: ambiguous when two things differ, damaged when
/// something that every generation has is not there.
class Generation {
public:
    Result<void> take(std::string_view text, const std::string& what) {
        const auto number = parse_number(text, 1, UINT64_MAX);
        if (!number) {
            return fail_mixed(what + " has no generation");
        }
        if (number_ != 0 && number_ != *number) {
            return fail_mixed(fmt::format("{} is of generation {}, not {}", what, *number, number_));
        }
        number_ = *number;
        return {};
    }
    std::uint64_t number() const { return number_; }

private:
    std::uint64_t number_ = 0;
};

Result<std::string> find_text(const BboltSnapshot& snapshot, const BboltBucket& bucket, std::string_view key) {
    CSTOP_TRY(auto value, snapshot.find_value(bucket, key));
    if (!value) {
        return fail_mixed(std::string(key) + " is missing");
    }
    return *std::move(value);
}

Result<BboltBucket> find_bucket(const BboltSnapshot& snapshot, const BboltBucket& from,
                                std::initializer_list<std::string_view> path) {
    CSTOP_TRY(auto bucket, snapshot.find_bucket(from, path));
    if (!bucket) {
        return fail_mixed(std::string(*(path.end() - 1)) + " is missing");
    }
    return *std::move(bucket);
}

/// The generation over and over, on up to six pages.
Result<void> take_spec(Generation& generation, std::string_view spec, const std::string& container) {
    constexpr std::size_t word = 20;
    for (std::size_t begin = 0; begin < spec.size(); begin += word) {
        const std::string_view each = spec.substr(begin, word);
        CSTOP_CHECK(generation.take(each.substr(0, each.size() - 1), container + " spec"));
    }
    return {};
}

Result<void> take_container(Generation& generation, const BboltSnapshot& snapshot, const std::string& name) {
    CSTOP_TRY(const BboltBucket container,
              find_bucket(snapshot, snapshot.root(), {"v1", "default", "containers", name}));
    CSTOP_TRY(const std::string image, find_text(snapshot, container, "image"));
    CSTOP_CHECK(
        generation.take(std::string_view(image).substr(std::min(image.size(), std::size_t{6})), name + " image"));
    CSTOP_TRY(const std::string spec, find_text(snapshot, container, "spec"));
    CSTOP_CHECK(take_spec(generation, spec, name));
    CSTOP_TRY(const BboltBucket labels, find_bucket(snapshot, container, {"labels"}));
    CSTOP_TRY(const std::string signal, find_text(snapshot, labels, "io.containerd.image.config.stop-signal"));
    CSTOP_CHECK(generation.take(signal, name + " signal"));
    CSTOP_TRY(const BboltBucket target,
              find_bucket(snapshot, snapshot.root(), {"v1", "default", "images", image, "target"}));
    CSTOP_TRY(const std::string digest, find_text(snapshot, target, "digest"));
    return generation.take(std::string_view(digest).substr(std::min(digest.size(), std::size_t{7})), name + " digest");
}

Result<std::uint64_t> walk(const BboltSnapshot& snapshot) {
    Generation generation;
    for (int i = 0; i < containers; ++i) {
        CSTOP_CHECK(take_container(generation, snapshot, fmt::format("c{:02}", i)));
    }
    return generation.number();
}

/// As cstop asks for one container.
Result<std::uint64_t> read_record(const PageSource& pages, const std::string& name) {
    CSTOP_TRY(const auto record, settings::read_container_record(pages, "default", name));
    if (!record) {
        return fail_mixed(name + " is missing");
    }
    Generation generation;
    CSTOP_CHECK(generation.take(record->stop_signal, name + " signal"));
    CSTOP_CHECK(generation.take(record->stop_timeout, name + " timeout"));
    CSTOP_CHECK(generation.take(std::string_view(record->image_name).substr(6), name + " image"));
    CSTOP_CHECK(generation.take(std::string_view(record->image_digest).substr(7), name + " digest"));
    return generation.number();
}

struct Count {
    bool is_checked = true;  ///< else what is wrong is what was wanted, and not worth a line
    std::uint64_t snapshots = 0;
    std::uint64_t walks = 0;
    std::uint64_t records = 0;
    std::uint64_t generations = 0;  ///< different ones
    std::uint64_t busy = 0;         ///< the writer never paused
    std::uint64_t wrong = 0;
    std::uint64_t newest = 0;
};

void take_answer(Count& count, std::uint64_t& snapshots, const Result<std::uint64_t>& generation) {
    if (!generation && generation.error().code == ErrorCode::unsupported) {
        ++count.busy;
        return;
    }
    ++snapshots;
    std::string problem = generation ? "" : generation.error().what;
    if (generation && *generation < count.newest) {
        problem = fmt::format("generation {} after {}", *generation, count.newest);
    }
    if (!problem.empty()) {
        if (++count.wrong <= 3 && count.is_checked) {
            std::fprintf(stderr, "snapshot %llu: %s\n", static_cast<unsigned long long>(snapshots), problem.c_str());
        }
        return;
    }
    if (*generation > count.newest) {
        ++count.generations;
        count.newest = *generation;
    }
}

Count read_until(Clock::time_point end, const PageSource& pages, bool is_checked) {
    Count count{.is_checked = is_checked};
    int next = 0;
    while (Clock::now() < end) {
        const auto counted_walk = [&](const BboltSnapshot& snapshot) {
            ++count.walks;
            return walk(snapshot);
        };
        if (is_checked) {
            take_answer(count, count.snapshots, read_consistently(pages, counted_walk));
            take_answer(count, count.records, read_record(pages, fmt::format("c{:02}", next++ % containers)));
        } else if (const auto metas = BboltMetas::read(pages)) {
            take_answer(count, count.snapshots, counted_walk(BboltSnapshot(pages, metas->newest())));
        }
    }
    return count;
}

}  // namespace

int main(int argc, char** argv) {
    const bool is_checked = argc == 3;
    if (argc < 3 || argc > 4 || (argc == 4 && std::string_view(argv[3]) != "--without-check")) {
        std::fprintf(stderr, "usage: %s DIRECTORY SECONDS [--without-check]\n", argv[0]);
        return 2;
    }
    const auto directory = kernel::open_directory(argv[1]);
    auto file = directory ? kernel::open_page_file(*directory, "meta.db") : Failure(directory.error());
    if (!file) {
        std::fprintf(stderr, "bbolt_reader: %s\n", format_error(file.error()).c_str());
        return 2;
    }
    const kernel::PageFile file_pages = *std::move(file);
    const SlowPages pages(file_pages);
    const Count count = read_until(Clock::now() + std::chrono::seconds(std::atoi(argv[2])), pages, is_checked);
    fmt::print("{}: {} snapshots of {} generations, {} retries, {} records, {} times busy, {} wrong\n",
               is_checked ? "checked" : "without the check", count.snapshots, count.generations,
               count.walks - count.snapshots, count.records, count.busy, count.wrong);
    if (!is_checked) {
        return count.wrong > 0 ? 0 : 1;
    }
    return count.wrong == 0 && count.snapshots > 0 && count.records > 0 && count.generations > 1 ? 0 : 1;
}
