//! What this process takes at this moment.

/// What this process takes at this moment, as the kernel counts it (`/proc/self/status`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// Memory that is really there, in kilobytes (`VmRSS`).
    pub resident: u64,
    /// Addresses that were promised, used or not, in kilobytes (`VmSize`).
    pub reserved: u64,
    /// Threads of this process.
    pub threads: u64,
}

impl Memory {
    /// Reads it; zeros where the system does not say.
    pub fn now() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
        };
        Self { resident: number("VmRSS"), reserved: number("VmSize"), threads: number("Threads") }
    }
}
