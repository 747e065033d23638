//! Ends what compiles a cell, and leaves the process that runs the cells, with all variables, alone.

/// Ends the cargo and all it started below the kernel `process`; whether there was one.
#[cfg(target_os = "linux")]
pub fn compilation(process: u32) -> bool {
    let kernels = name(process);
    let children = below(process, &|child| name(child) != kernels);
    for child in &children {
        if let Ok(child) = i32::try_from(*child) {
            let _ =
                nix::sys::signal::kill(nix::unistd::Pid::from_raw(child), nix::sys::signal::Signal::SIGKILL);
        }
    }
    !children.is_empty()
}

/// Elsewhere nobody says who started whom: the process that runs the cells is ended instead.
#[cfg(not(target_os = "linux"))]
pub fn compilation(_process: u32) -> bool {
    false
}

/// The program that runs in a process, by its first letters.
#[cfg(target_os = "linux")]
fn name(process: u32) -> String {
    std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default()
}

/// What `process` started and is `wanted`, and all that those started.
#[cfg(target_os = "linux")]
fn below(process: u32, wanted: &dyn Fn(u32) -> bool) -> Vec<u32> {
    let mut found = Vec::new();
    let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else { return found };
    for thread in threads.flatten() {
        let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
            if wanted(child) {
                found.push(child);
                found.extend(below(child, &|_| true));
            }
        }
    }
    found
}
