// SPDX-License-Identifier: GPL-2.0
// Every set of answers, smallest first.
#include "kconfig/solve/exhaust.hh"

#include <algorithm>

#include "kconfig/solve/replay.hh"

namespace kconfig {

namespace {

constexpr std::size_t kMostSets = 8;

class Walk {
  public:
    Walk(Evaluator& evaluator, const std::vector<Assignment>& goals,
         const std::vector<Choices>& questions, std::size_t max_trials, Exhaustion& out)
        : replay_(evaluator),
          goals_(goals),
          questions_(questions),
          max_trials_(max_trials),
          out_(out) {}

    /// All sets of @p size; false when there were too many.
    bool sets_of(std::size_t size) { return extend(0, size); }

  private:
    bool extend(std::size_t from, std::size_t missing);

    Replay replay_;
    const std::vector<Assignment>& goals_;
    const std::vector<Choices>& questions_;
    std::size_t max_trials_;
    Exhaustion& out_;
    std::vector<Assignment> set_;
};

bool Walk::extend(std::size_t from, std::size_t missing) {
    if (missing == 0) {
        if (++out_.trials > max_trials_) {
            return false;
        }
        if (out_.sets.size() < kMostSets && replay_.reaches(set_, goals_)) {
            out_.sets.push_back(set_);
        }
        return true;
    }
    for (std::size_t i = from; i + missing <= questions_.size(); ++i) {
        for (const std::string& value : questions_[i].values) {
            set_.push_back({questions_[i].symbol, value});
            const bool go_on = extend(i + 1, missing - 1);
            set_.pop_back();
            if (!go_on) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace

Exhaustion exhaust_smaller(Evaluator& evaluator, const std::vector<Assignment>& goals,
                           const std::vector<Choices>& questions, std::size_t below,
                           std::size_t max_trials) {
    Exhaustion out;
    out.questions = questions.size();
    if (questions.empty()) {
        return out;
    }
    Walk walk(evaluator, goals, questions, max_trials, out);
    const bool all_values =
        std::all_of(questions.begin(), questions.end(), [](const Choices& one) { return one.all; });
    for (std::size_t size = 1; size < below && size <= questions.size(); ++size) {
        if (!walk.sets_of(size)) {
            return out;
        }
        if (!out.sets.empty()) {
            break;
        }
    }
    out.complete = all_values;
    return out;
}

}  // namespace kconfig
