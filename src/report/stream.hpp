#pragma once
// Bytes on their way out.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cstop::report {

/// Where text goes. A stream that broke stays broken, is written to no more, and never stops the program (faults.md
/// R15).
class Stream {
public:
    Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    virtual ~Stream() = default;
    virtual void write(std::string_view bytes) = 0;
    virtual bool is_broken() const = 0;
    virtual bool is_terminal() const = 0;
    /// The columns of the terminal right now; none: it is no terminal, or does not say.
    virtual std::optional<std::size_t> columns() const = 0;
};

/// A stream that keeps what was written.
class TextStream final : public Stream {
public:
    void write(std::string_view bytes) override { text += bytes; }
    bool is_broken() const override { return false; }
    bool is_terminal() const override { return terminal; }
    std::optional<std::size_t> columns() const override { return width; }
    std::string text;
    bool terminal = false;
    std::optional<std::size_t> width;
};

/// A stream on an open descriptor, which it does not own. Unbuffered: one write(2) a call, repeated until all is
/// written.
class DescriptorStream final : public Stream {
public:
    explicit DescriptorStream(int descriptor);
    void write(std::string_view bytes) override;
    bool is_broken() const override { return broken_; }
    bool is_terminal() const override { return terminal_; }
    std::optional<std::size_t> columns() const override;

private:
    int descriptor_;
    bool terminal_ = false;
    bool broken_ = false;
};

}  // namespace cstop::report
