#include "base/json_scanner.hpp"

#include <bit>
#include <cstring>

#include "base/utf8.hpp"

namespace cstop {

namespace {

bool is_digit(unsigned char byte) {
    return '0' <= byte && byte <= '9';
}

// What may stand in a string as it is and takes no second look.
bool is_plain(unsigned char byte) {
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

constexpr std::size_t word_size = sizeof(std::uint64_t);

// How many of eight bytes, from the first one on, are plain. Of every byte the highest bit tells: set in the byte
// itself, or borrowed when the byte is below the bound that is taken from it. A borrow runs on into the next byte only
// from one that is not plain itself, so the first one is told truly.
std::size_t count_plain(const char* bytes) {
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, word_size);
    if constexpr (std::endian::native == std::endian::big) {
        word = std::byteswap(word);
    }
    const std::uint64_t quotes = word ^ (ones * '"');
    const std::uint64_t backslashes = word ^ (ones * '\\');
    const std::uint64_t marks = (word | (word - ones * 0x20) | (quotes - ones) | (backslashes - ones)) & (ones * 0x80);
    return static_cast<std::size_t>(std::countr_zero(marks)) / 8;
}

}  // namespace

bool JsonScanner::refuse(const char* problem) {
    return refuse(problem, position_);
}

bool JsonScanner::refuse(const char* problem, std::size_t position) {
    problem_ = problem;
    problem_position_ = position;
    return false;
}

std::string JsonScanner::problem() const {
    return "byte " + std::to_string(problem_position_) + ": " + problem_;
}

// 0 at the end. A real NUL is allowed nowhere, so nobody has to tell them apart.
unsigned char JsonScanner::byte_here() const {
    return position_ < bytes_.size() ? static_cast<unsigned char>(bytes_[position_]) : 0;
}

char JsonScanner::peek() {
    while (position_ < bytes_.size()) {
        const char byte = bytes_[position_];
        if (byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t') {
            return byte;
        }
        ++position_;
    }
    return 0;
}

bool JsonScanner::take(char wanted, const char* problem) {
    if (peek() != wanted) {
        return refuse(problem);
    }
    ++position_;
    return true;
}

bool JsonScanner::take_end() {
    peek();
    return position_ == bytes_.size() || refuse("something after the end of the document");
}

bool JsonScanner::take_string(std::string_view& raw) {
    if (!take('"', "expected a string")) {
        return false;
    }
    const std::size_t begin = position_;
    for (;;) {
        position_ += count_plain_here();
        if (position_ == bytes_.size()) {
            return refuse("the document ends within a string");
        }
        const unsigned char byte = byte_here();
        if (byte == '"') {
            raw = bytes_.substr(begin, position_ - begin);
            ++position_;
            return true;
        }
        if (byte == '\\') {
            ++position_;
            if (!take_escape()) {
                return false;
            }
        } else if (byte < 0x80) {
            return refuse("control character in a string");
        } else {
            const Utf8Character character = parse_utf8(bytes_.substr(position_));
            if (!character.is_valid) {
                return refuse("invalid UTF-8 in a string");
            }
            position_ += character.size;
        }
    }
}

std::size_t JsonScanner::count_plain_here() const {
    std::size_t end = position_;
    while (end + word_size <= bytes_.size()) {
        const std::size_t plain = count_plain(bytes_.data() + end);
        end += plain;
        if (plain < word_size) {
            return end - position_;
        }
    }
    while (end < bytes_.size() && is_plain(static_cast<unsigned char>(bytes_[end]))) {
        ++end;
    }
    return end - position_;
}

// What follows a backslash.
bool JsonScanner::take_escape() {
    const unsigned char kind = byte_here();
    if (kind == 'u') {
        ++position_;
        return take_surrogate();
    }
    if (kind == 0 || !std::string_view("\"\\/bfnrt").contains(static_cast<char>(kind))) {
        return refuse("unknown escape in a string");
    }
    ++position_;
    return true;
}

// The digits after \u. A high surrogate needs its low one: neither is a character alone.
bool JsonScanner::take_surrogate() {
    unsigned unit = 0;
    if (!take_hex(unit)) {
        return false;
    }
    if (unit == 0) {
        return refuse("NUL in a string");
    }
    if (unit < 0xD800 || unit > 0xDFFF) {
        return true;
    }
    if (unit > 0xDBFF || !bytes_.substr(position_).starts_with("\\u")) {
        return refuse("half of a surrogate pair in a string");
    }
    position_ += 2;
    if (!take_hex(unit)) {
        return false;
    }
    return (0xDC00 <= unit && unit <= 0xDFFF) || refuse("half of a surrogate pair in a string");
}

bool JsonScanner::take_hex(unsigned& code_unit) {
    code_unit = 0;
    for (int index = 0; index < 4; ++index) {
        const unsigned char byte = byte_here();
        unsigned digit = 0;
        if (is_digit(byte)) {
            digit = byte - static_cast<unsigned>('0');
        } else if ('a' <= (byte | 0x20) && (byte | 0x20) <= 'f') {
            digit = (byte | 0x20U) - static_cast<unsigned>('a') + 10;
        } else {
            return refuse("expected four hexadecimal digits");
        }
        code_unit = code_unit * 16 + digit;
        ++position_;
    }
    return true;
}

bool JsonScanner::take_digits() {
    if (!is_digit(byte_here())) {
        return refuse("expected a digit");
    }
    while (is_digit(byte_here())) {
        ++position_;
    }
    return true;
}

bool JsonScanner::take_number() {
    if (byte_here() == '-') {
        ++position_;
    }
    if (byte_here() == '0') {
        ++position_;
        if (is_digit(byte_here())) {
            return refuse("a number that begins with 0");
        }
    } else if (!take_digits()) {
        return false;
    }
    if (byte_here() == '.') {
        ++position_;
        if (!take_digits()) {
            return false;
        }
    }
    if (byte_here() == 'e' || byte_here() == 'E') {
        ++position_;
        if (byte_here() == '+' || byte_here() == '-') {
            ++position_;
        }
        return take_digits();
    }
    return true;
}

bool JsonScanner::take_literal(std::string_view literal) {
    if (!bytes_.substr(position_).starts_with(literal)) {
        return refuse("expected a value");
    }
    position_ += literal.size();
    return true;
}

bool JsonScanner::take_key() {
    std::string_view raw;
    return take_string(raw) && take(':', "expected ':'");
}

// Takes a number, a string or a literal whole, of an array or an object only what stands before its first value.
JsonScanner::Progress JsonScanner::begin_value(std::size_t level, Nesting& nesting) {
    const auto ended_if = [](bool is_taken) { return is_taken ? Progress::value_ended : Progress::refused; };
    const char first = peek();
    switch (first) {
        case '"': {
            std::string_view raw;
            return ended_if(take_string(raw));
        }
        case 't': return ended_if(take_literal("true"));
        case 'f': return ended_if(take_literal("false"));
        case 'n': return ended_if(take_literal("null"));
        case '[':
        case '{': break;
        default:
            if (first == '-' || is_digit(static_cast<unsigned char>(first))) {
                return ended_if(take_number());
            }
            return ended_if(refuse(position_ == bytes_.size() ? "the document ends too early" : "expected a value"));
    }
    if (level + nesting.depth >= deepest) {
        return ended_if(refuse("nested deeper than 64"));
    }
    ++position_;
    const bool is_object = first == '{';
    if (peek() == (is_object ? '}' : ']')) {
        ++position_;
        return Progress::value_ended;
    }
    nesting.kinds = (nesting.kinds << 1) | (is_object ? 1U : 0U);
    ++nesting.depth;
    return !is_object || take_key() ? Progress::value_follows : Progress::refused;
}

// A value has ended: takes the brackets that it was the last one of, and the comma that leads to the next.
JsonScanner::Progress JsonScanner::end_value(Nesting& nesting) {
    while (nesting.depth > 0) {
        const bool is_object = nesting.is_object();
        const char next = peek();
        if (next == ',') {
            ++position_;
            return !is_object || take_key() ? Progress::value_follows : Progress::refused;
        }
        if (!take(is_object ? '}' : ']', is_object ? "expected ',' or '}'" : "expected ',' or ']'")) {
            return Progress::refused;
        }
        nesting.kinds >>= 1;
        --nesting.depth;
    }
    return Progress::value_ended;
}

bool JsonScanner::take_value(std::size_t level, std::string_view& raw) {
    peek();
    const std::size_t begin = position_;
    Nesting nesting;
    auto progress = Progress::value_follows;
    while (progress == Progress::value_follows) {
        progress = begin_value(level, nesting);
        if (progress == Progress::value_ended) {
            progress = end_value(nesting);
        }
    }
    raw = bytes_.substr(begin, position_ - begin);
    return progress == Progress::value_ended;
}

}  // namespace cstop
