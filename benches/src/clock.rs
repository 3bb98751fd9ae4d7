//! The clock that other work on the machine does not move.

use std::io;

/// CPU time of the process so far, all threads, in seconds.
///
/// # Errors
///
/// Where the system has no such clock.
#[cfg(unix)]
pub fn cpu_seconds() -> io::Result<f64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Ok(time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9)
}

/// CPU time of the process so far, all threads, in seconds.
///
/// # Errors
///
/// Where the system has no such clock.
#[cfg(not(unix))]
pub fn cpu_seconds() -> io::Result<f64> {
    let message = "CPU time is only measured on Unix";
    Err(io::Error::new(io::ErrorKind::Unsupported, message))
}
