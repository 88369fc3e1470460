#pragma once
// Bytes on their way out.

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "report/outlet.hpp"
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
    virtual bool has_waiting() const { return false; }
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

/// A stream on an open descriptor, which it does not own. What is not taken at once waits in memory and comes with the
/// next write, when somebody asks, or at the end (outlet.hpp).
class DescriptorStream final : public Stream {
public:
    explicit DescriptorStream(int descriptor)
        : outlet_(std::make_shared<Outlet>(descriptor)), descriptor_(descriptor) {}
    /// When both lead to one pipe or terminal, what is written to either comes out in the order in which it was
    /// written.
    DescriptorStream(int descriptor, const DescriptorStream& other)
        : outlet_(other.outlet_->leads_where(descriptor) ? other.outlet_ : std::make_shared<Outlet>(descriptor)),
          descriptor_(descriptor) {}
    /// Waits for whoever reads, see Outlet::finish.
    ~DescriptorStream() override { outlet_->finish(std::nullopt); }
    void write(std::string_view bytes) override { outlet_->write(bytes); }
    bool write_waiting() override;
    bool has_waiting() const override { return outlet_->has_kept(); }
    /// What does not fit into memory is lost from now on.
    void never_wait() { outlet_->never_wait(); }
    /// Waits no longer than `patience` for a reader who takes nothing.
    void finish(std::chrono::milliseconds patience) { outlet_->finish(patience); }
    void finish() { outlet_->finish(std::nullopt); }
    bool is_broken() const override { return outlet_->is_broken(); }
    bool is_terminal() const override { return outlet_->is_terminal(); }
    std::optional<std::size_t> columns() const override { return outlet_->columns(); }
    std::unique_ptr<Terminal> open_terminal() const override { return report::open_terminal(descriptor_); }

private:
    std::shared_ptr<Outlet> outlet_;
    int descriptor_;
};

}  // namespace cstop::report
