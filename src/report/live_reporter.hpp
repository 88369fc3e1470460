#pragma once
// A reporter that shows live lines below what another one tells.

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "report/progress.hpp"
#include "report/reporter.hpp"
#include "report/screen.hpp"

namespace cstop::report {

class LiveReporter final : public Reporter {
public:
    using MakeTeller = std::function<std::unique_ptr<Reporter>(Stream& out, Stream& err)>;

    /// `make_teller` is given streams that make room for what is written there.
    LiveReporter(std::unique_ptr<Terminal> terminal, const model::Request& request, std::span<const Entry> entries,
                 Stream& out, Stream& err, const MakeTeller& make_teller);

    void on_step(std::size_t plan, const model::StepReport& step) override;
    void on_escalation(std::size_t plan, Signal failed, Duration waited) override;
    void on_warning(std::size_t plan, std::string_view sentence) override;
    void on_outcome(std::size_t plan, const model::Outcome& outcome) override;
    std::optional<Duration> look_interval() const override;
    void on_look(model::Scene& scene) override;

private:
    /// Plain text goes above the live lines.
    class Above final : public Stream {
    public:
        Above(Stream& stream, LiveReporter& reporter) : stream_(stream), reporter_(reporter) {}
        void write(std::string_view bytes) override;
        bool is_broken() const override { return stream_.is_broken(); }
        bool write_waiting() override { return stream_.write_waiting(); }
        bool has_waiting() const override { return stream_.has_waiting(); }
        bool is_terminal() const override { return stream_.is_terminal(); }
        std::optional<std::size_t> columns() const override { return stream_.columns(); }

    private:
        Stream& stream_;
        LiveReporter& reporter_;
    };

    void draw();
    void draw_again();

    Color color_;
    std::vector<std::string> names_;  ///< of the plans
    std::vector<bool> is_finished_;   ///< of the plans
    std::vector<ProgressRow> rows_;   ///< as they were at the last look
    std::size_t others_ = 0;          ///< stops that there was no room to look at
    bool may_draw_again_ = false;
    Screen screen_;
    Above out_;
    Above err_;
    std::unique_ptr<Reporter> teller_;
};

}  // namespace cstop::report
