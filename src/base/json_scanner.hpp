#pragma once
// Walks over JSON text without keeping any of it: checks the grammar (RFC 8259) and the bounds, and says where a value
// ends. No recursion and no allocation, so the parts of a document that nobody wants cost little more than reading
// them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cstop {

class JsonScanner {
public:
    /// How many arrays and objects may be open at once.
    static constexpr std::size_t deepest = 64;

    explicit JsonScanner(std::string_view bytes) : bytes_(bytes) {}

    /// The next byte that is no white space, not taken; 0 at the end.
    char peek();
    /// Takes `wanted`, which must come next (after white space).
    bool take(char wanted, const char* problem);
    /// Takes a string. `raw` becomes what lies between its quotes, escapes and all.
    bool take_string(std::string_view& raw);
    /// Takes a whole value that lies within `level` open arrays and objects. `raw` becomes its text.
    bool take_value(std::size_t level, std::string_view& raw);
    /// Only white space is left.
    bool take_end();

    /// The bytes taken so far.
    std::size_t position() const { return position_; }
    /// Remembers what is wrong, and where. Returns false.
    bool refuse(const char* problem);
    bool refuse(const char* problem, std::size_t position);
    /// "byte 12: expected ','". Only after one of the functions above returned false.
    std::string problem() const;

private:
    /// The arrays and objects that were opened within one value.
    struct Nesting {
        std::size_t depth = 0;
        std::uint64_t kinds = 0;  // the lowest bit is the innermost: 1 object, 0 array
        bool is_object() const { return (kinds & 1U) != 0; }
    };
    enum class Progress { value_follows, value_ended, refused };

    Progress begin_value(std::size_t level, Nesting& nesting);
    Progress end_value(Nesting& nesting);
    bool take_key();
    bool take_escape();
    bool take_surrogate();
    bool take_hex(unsigned& code_unit);
    bool take_number();
    bool take_digits();
    bool take_literal(std::string_view literal);
    unsigned char byte_here() const;
    std::size_t count_plain_here() const;

    std::string_view bytes_;
    std::size_t position_ = 0;
    const char* problem_ = "";
    std::size_t problem_position_ = 0;
};

}  // namespace cstop
