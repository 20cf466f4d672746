// SPDX-License-Identifier: GPL-2.0
#include "fs/directory_stack.hh"

namespace lkl::fs {

DirectoryStack::DirectoryStack(FileCalls& calls, OpenFile root, std::string root_path)
    : calls_(calls), root_(std::move(root)), root_path_(std::move(root_path)) {}

std::string DirectoryStack::display(std::string_view path) const {
    std::string text = root_path_;
    if (path.empty()) {
        return text;
    }
    if (text.empty() || text.back() != '/') {
        text += '/';
    }
    return text.append(path);
}

DirectoryStack::Place DirectoryStack::top() const {
    return frames_.empty() ? Place{root_.get(), false}
                           : Place{frames_.back().directory.get(), frames_.back().fresh};
}

void DirectoryStack::push(std::string_view name, OpenFile directory, bool fresh) {
    if (!path_.empty()) {
        path_ += '/';
    }
    path_ += name;
    frames_.push_back({std::move(directory), path_.size(), fresh});
}

void DirectoryStack::pop() {
    if (!frames_.empty()) {
        frames_.pop_back();
        path_.resize(frames_.empty() ? 0 : frames_.back().length);
    }
}

Result<DirectoryStack::Place> DirectoryStack::enter(std::string_view path) {
    // Leave what is not on the way to `path`.
    while (!frames_.empty()) {
        const bool inside = path.substr(0, path_.size()) == path_ &&
                            (path.size() == path_.size() || path[path_.size()] == '/');
        if (inside) {
            break;
        }
        pop();
    }
    while (path_.size() < path.size()) {
        const std::size_t begin = path_.empty() ? 0 : path_.size() + 1;
        const std::size_t end = path.find('/', begin);
        const std::string name(path.substr(begin, end - begin));
        const int flags = open_flags::read_only | open_flags::directory | open_flags::no_follow;
        LKL_TRY(OpenFile next, open_file(calls_, {top().fd, name.c_str()}, flags, 0,
                                         display(path.substr(0, end))));
        push(name, std::move(next), false);
    }
    return top();
}

}  // namespace lkl::fs
