#pragma once
// Bytes on their way out.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "report/terminal.hpp"

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
    /// Writes what still waits, as far as it is taken now. True: nothing waits any more.
    virtual bool write_waiting() { return true; }
    virtual bool is_terminal() const = 0;
    /// The columns of the terminal right now; none: it is no terminal, or does not say.
    virtual std::optional<std::size_t> columns() const = 0;
    /// To draw on what the stream leads to. Null: it cannot be drawn on.
    virtual std::unique_ptr<Terminal> open_terminal() const { return nullptr; }
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

/// A stream on an open descriptor, which it does not own: one write(2) a call, repeated until all is written. What a
/// terminal does not take (Ctrl-S, a dead connection) waits in memory and comes with the next write or at the end: a
/// stop must not wait for its own messages.
class DescriptorStream final : public Stream {
public:
    explicit DescriptorStream(int descriptor);
    ~DescriptorStream() override;
    void write(std::string_view bytes) override;
    bool write_waiting() override;
    /// Waits until everything is written, or nobody takes anything any more.
    void finish();
    bool is_broken() const override { return broken_; }
    bool is_terminal() const override { return terminal_; }
    std::optional<std::size_t> columns() const override;
    std::unique_ptr<Terminal> open_terminal() const override { return report::open_terminal(descriptor_); }

private:
    void write_some(bool may_wait);

    int descriptor_;
    int own_ = -1;  ///< the same terminal, without waiting
    std::string waiting_;
    bool terminal_ = false;
    bool broken_ = false;
};

}  // namespace cstop::report
