#include "report/stream.hpp"

namespace cstop::report {

bool DescriptorStream::write_waiting() {
    outlet_->write_kept();
    return !outlet_->has_kept();
}

}  // namespace cstop::report
