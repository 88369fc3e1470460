#pragma once
// What the user sees. The only room that prints; everything goes through two streams that a test can hold.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/audience.hpp"
#include "model/evidence.hpp"
#include "model/plan.hpp"
#include "model/request.hpp"
#include "report/stream.hpp"

namespace cstop::report {

/// One container that was asked for: a plan, or the reason why there is none. In argument order.
struct Entry {
    std::string word;
    const model::Plan* plan = nullptr;  ///< none: see error
    const Error* error = nullptr;       ///< beside a plan: why there is no evidence
    /// What a dry run found. None: nobody looked.
    const model::Evidence* evidence = nullptr;
};

/// Tells names, warnings, steps and errors as they happen, and names or JSON objects in argument order, each as soon as
/// all before it are finished. The word of an entry is put before what is said about it: errors and warnings need not
/// name the container.
class Reporter : public model::Audience {
public:
    /// Tells at once what is known already: the errors of entries without a plan, the warnings of plans. `request`,
    /// `entries` and what they point at must outlive the reporter. Audience calls number the entries' plans from 0, in
    /// order.
    static std::unique_ptr<Reporter> make(const model::Request& request, std::span<const Entry> entries, Stream& out,
                                          Stream& err);
};

/// Why an entry has no plan: "cstop: web: ...". A missing container that may be ignored is told only with -v.
void tell_entry_error(const model::Request& request, const Entry& entry, Stream& err);
/// An error outside any container: "cstop: ...".
void tell_error(Stream& err, const Error& error);
/// A warning outside any container: "cstop: warning: ...".
void tell_warning(Stream& err, std::string_view sentence);
/// -v only: what the kernel lacks and such.
void tell_detail(Stream& err, std::string_view sentence);

/// --dry-run: what would be done and why, one block (or JSON object) a container; errors on standard error.
void show_dry_run(const model::Request& request, std::span<const Entry> entries, Stream& out, Stream& err);

}  // namespace cstop::report
