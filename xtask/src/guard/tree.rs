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

/// One question to `cargo tree`.
struct Question {
    /// How the answer is told to a reader.
    with: &'static str,
    args: &'static [&'static str],
    breaks: fn(&str) -> bool,
}

const QUESTIONS: [Question; 4] = [
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
        breaks: |name| compiles_c(name),
    },
    Question {
        with: "at build time, with default features",
        args: &["-e", "normal,build"],
        breaks: |name| compiles_c(name),
    },
];

/// The program that users install.
const PROGRAM: &str = "server-example";

/// Where C may be: in these crates and below. The cryptography of TLS for `https`, the buckets and databases: the
/// pure-Rust providers for rustls call themselves experimental, and this is not the place to try one. SQLite, whose
/// files Terracotta reads and writes, too: there is one implementation that both sides trust with their data.
const MAY_HOLD_C: [&str; 2] = ["aws-lc-rs", "libsqlite3-sys"];

/// Not C, in spite of the name: system calls, and a browser.
const PURE: [&str; 3] = ["js-sys", "linux-raw-sys", "web-sys"];

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
    let tree = capture(
        cargo()
            .args(["tree", "--quiet", "-p", PROGRAM, "-e", "normal,build"])
            // Every crate each time, so that what is below one of those is seen where else it is used.
            .args(["--no-dedupe", "--prefix", "depth", "--format", " {p}"])
            .current_dir(root()),
    )?;
    violations.extend(outside(&tree).into_iter().map(|name| {
        format!(
            "{PROGRAM} compiles C by {name}, and not for TLS or SQLite; see `cargo tree -p {PROGRAM} -e normal,build -i {name}`"
        )
    }));
    Ok(violations)
}

fn is_binding(name: &str) -> bool {
    name.ends_with("-sys") && !PURE.contains(&name)
}

fn compiles_c(name: &str) -> bool {
    C_TOOLS.contains(&name) || is_binding(name)
}

/// The crates of `cargo tree --prefix depth` that compile C and are not, and do not lie below, one of
/// [`MAY_HOLD_C`].
fn outside(tree: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut below = None;
    for line in tree.lines() {
        let mut words = line.split_whitespace();
        let (Some(depth), Some(name)) = (words.next(), words.next()) else {
            continue;
        };
        let Ok(depth) = depth.parse::<usize>() else {
            continue;
        };
        if below.is_some_and(|above| depth > above) {
            continue;
        }
        below = MAY_HOLD_C.contains(&name).then_some(depth);
        if below.is_none() && compiles_c(name) {
            found.push(name);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
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
    use super::{QUESTIONS, is_binding, names, outside};

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
    fn c_is_found_wherever_it_is_not_for_tls_or_sqlite() {
        let tree = "0 server-example v0.1.0\n1 rustls v0.23.46\n2 aws-lc-rs v1.19.0\n3 aws-lc-sys v0.47.0\n\
                    4 cc v1.11.1\n2 log v0.4.0\n1 zstd v0.13.0\n2 zstd-sys v2.0.0\n3 cc v1.11.1\n";
        assert_eq!(outside(tree), ["cc", "zstd-sys"]);
        assert!(
            outside("0 a v1\n1 aws-lc-rs v1\n2 cmake v1\n1 rustix v1\n2 linux-raw-sys v1\n")
                .is_empty()
        );
        assert!(outside("0 a v1\n1 libsqlite3-sys v0.38\n2 cc v1\n2 pkg-config v0.3\n").is_empty());
        assert_eq!(outside("0 a v1\n1 libsqlite3-sys v0.38\n1 cc v1\n"), ["cc"]);
    }

    #[test]
    fn runtimes_and_bindings_break_the_rule_and_the_browser_does_not() {
        let breaks = QUESTIONS[0].breaks;
        assert!(breaks("tokio") && breaks("libsqlite3-sys") && !breaks("bytes"));
        assert!(is_binding("libz-sys") && !is_binding("js-sys"));
        assert!(
            is_binding("aws-lc-sys"),
            "a default feature may not bring TLS"
        );
    }
}
