//! The binary `smalti`; everything is in the library.
fn main() -> std::process::ExitCode {
    smalti::run(std::env::args_os())
}
