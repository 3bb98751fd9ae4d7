//! What the inner rings are made of, down to the last dependency.

use anyhow::Result;

use super::rings::INNER;
use crate::process::{capture, cargo};
use crate::workspace::root;

/// Runtimes, sockets, file systems, threads and sources of randomness: what an embedder or a browser
/// brings itself, so a feature may add it and nothing else.
const OUTSIDE: [&str; 24] = [
    "async-io",
    "async-std",
    "aws-config",
    "axum",
    "curl",
    "futures-executor",
    "getrandom",
    "hyper",
    "memmap2",
    "mio",
    "native-tls",
    "object_store",
    "openssl",
    "parquet",
    "polling",
    "rayon",
    "rayon-core",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "sqlx",
    "tempfile",
    "tokio",
];

/// Build dependencies of crates that compile or link C.
const C_TOOLS: [&str; 6] = ["bindgen", "cc", "cmake", "nasm-rs", "pkg-config", "vcpkg"];

/// Crates named like bindings to C that bind to a browser.
const BROWSER: [&str; 2] = ["js-sys", "web-sys"];

/// One question to `cargo tree`.
struct Question {
    /// How the answer is told to a reader.
    with: &'static str,
    args: &'static [&'static str],
    breaks: fn(&str) -> bool,
}

const QUESTIONS: [Question; 3] = [
    Question {
        with: "without default features",
        args: &["-e", "normal", "--no-default-features"],
        breaks: |name| OUTSIDE.contains(&name) || is_binding(name),
    },
    Question {
        with: "without default features, for wasm32",
        args: &[
            "-e",
            "normal",
            "--no-default-features",
            "--target",
            "wasm32-unknown-unknown",
        ],
        breaks: |name| OUTSIDE.contains(&name) || is_binding(name),
    },
    Question {
        with: "at build time, without default features",
        args: &["-e", "normal,build", "--no-default-features"],
        breaks: |name| C_TOOLS.contains(&name) || is_binding(name),
    },
];

/// Every crate that an inner ring must not be made of.
///
/// # Errors
///
/// If cargo fails.
pub(crate) fn check() -> Result<Vec<String>> {
    let mut violations = Vec::new();
    for package in INNER {
        for question in &QUESTIONS {
            let tree = capture(
                cargo()
                    .args(["tree", "--quiet", "-p", package])
                    .args(question.args)
                    .args(["--prefix", "none", "--format", "{p}"])
                    .current_dir(root()),
            )?;
            for name in names(&tree) {
                if (question.breaks)(name) {
                    violations.push(format!(
                        "{package} pulls in {name} {}; see `cargo tree -p {package} {} -i {name}`",
                        question.with,
                        question.args.join(" ")
                    ));
                }
            }
        }
    }
    Ok(violations)
}

fn is_binding(name: &str) -> bool {
    name.ends_with("-sys") && !BROWSER.contains(&name)
}

/// The packages that `cargo tree --prefix none --format {p}` lists, each once.
fn names(tree: &str) -> Vec<&str> {
    let mut names: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::{QUESTIONS, is_binding, names};

    #[test]
    fn packages_are_read_from_a_tree() {
        let tree = "cog-reader v0.1.0 (/work/cog-reader)\nbytes v1.12.1\nthiserror v2.0.21\n\
                    bytes v1.12.1\nserde_derive v1.0.228 (proc-macro) (*)\n\n";
        assert_eq!(
            names(tree),
            ["bytes", "cog-reader", "serde_derive", "thiserror"]
        );
    }

    #[test]
    fn runtimes_and_bindings_break_the_rule_and_the_browser_does_not() {
        let breaks = QUESTIONS[0].breaks;
        assert!(breaks("tokio") && breaks("libsqlite3-sys") && !breaks("bytes"));
        assert!(is_binding("libz-sys") && !is_binding("js-sys"));
    }
}
