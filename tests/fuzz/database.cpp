#include "database.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/bbolt_page.hpp"
#include "fuzz.hpp"

namespace cstop::fuzz {

namespace {

constexpr std::size_t transaction_offset = bbolt_header_size + 48;
constexpr std::size_t checksum_offset = bbolt_header_size + 56;
constexpr std::size_t page_size_offset = bbolt_header_size + 8;

std::uint64_t make_checksum(std::string_view bytes) {
    std::uint64_t sum = 0xcbf29ce484222325;
    for (const char byte : bytes) {
        sum = (sum ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    }
    return sum;
}

template <class Number>
Number read_number(std::string_view bytes, std::size_t offset) {
    Number number = 0;
    std::memcpy(&number, bytes.data() + offset, sizeof number);
    return number;
}

template <class Number>
void write_number(std::string& bytes, std::size_t offset, Number number) {
    std::memcpy(bytes.data() + offset, &number, sizeof number);
}

}  // namespace

Database::Database(std::string_view input) {
    const auto how = input.empty() ? 0U : static_cast<unsigned char>(input.back());
    bytes_ = input.substr(0, input.empty() ? 0 : input.size() - 1);
    page_size_ = bytes_.size() < bbolt_meta_size ? 0 : read_number<std::uint32_t>(bytes_, page_size_offset);
    if (!std::has_single_bit(page_size_) || page_size_ < 1024 || page_size_ > 65536) {
        page_size_ = 1024;
    }
    if ((how & 1U) != 0) {
        seal_meta(0);
        seal_meta(page_size_);
    }
    if ((how & 2U) != 0) {
        for (std::size_t id = 2; (id + 1) * page_size_ <= bytes_.size(); ++id) {
            write_number<std::uint64_t>(bytes_, id * page_size_, id);
        }
    }
}

void Database::seal_meta(std::size_t offset) {
    if (offset + bbolt_meta_size <= bytes_.size()) {
        const std::string_view sealed = std::string_view(bytes_).substr(offset + bbolt_header_size, 56);
        write_number(bytes_, offset + checksum_offset, make_checksum(sealed));
    }
}

Database Database::commit() const {
    Database next;
    next.bytes_ = bytes_;
    next.page_size_ = page_size_;
    for (std::size_t i = std::min(2 * page_size_, bytes_.size()); i < bytes_.size(); ++i) {
        // Letters of values, and of no key that is looked for.
        if (std::string_view("bhjqwxzBHJQWXZ").contains(bytes_[i])) {
            next.bytes_[i] = static_cast<char>(bytes_[i] ^ 0x20);
        }
    }
    if (bytes_.size() >= bbolt_meta_size) {
        const bool is_valid = parse_bbolt_meta(bytes_).has_value();
        write_number(next.bytes_, transaction_offset, read_number<std::uint64_t>(bytes_, transaction_offset) + 2);
        if (is_valid) {
            next.seal_meta(0);
        }
    }
    return next;
}

Result<std::string> ChangingPages::read(std::uint64_t offset, std::size_t size) const {
    constexpr std::size_t largest_read = std::size_t{16} * 1024 * 1024;
    REQUIRE(size <= largest_read);
    ++reads_;
    return PageBytes(reads_ > reads_before_commit_ ? after_ : before_).read(offset, size);
}

}  // namespace cstop::fuzz
