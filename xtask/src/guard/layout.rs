//! How source files are laid out.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::workspace::{Metadata, root};

/// Lines at which a file has to be split.
const MOST_LINES: usize = 800;

/// Files that may be longer, and why.
const LONG: &[(&str, &str)] = &[];

/// `lib.rs` and `mod.rs` that may hold a macro, and why: an exported macro's path is the crate's root.
const MACROS: &[(&str, &str)] = &[];

/// Every file that is too long, every crate root and `mod.rs` that does more than name things, and
/// every manifest without the workspace's lints.
///
/// # Errors
///
/// If a folder, file or manifest cannot be read.
pub(crate) fn check(metadata: &Metadata) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    for package in metadata.members() {
        let manifest = fs::read_to_string(&package.manifest_path)?;
        let manifest: toml::Table = toml::from_str(&manifest)
            .with_context(|| package.manifest_path.display().to_string())?;
        let inherits = manifest
            .get("lints")
            .and_then(|lints| lints.get("workspace"));
        if inherits.and_then(toml::Value::as_bool) != Some(true) {
            violations.push(format!(
                "{}: its manifest lacks `[lints] workspace = true`",
                package.name
            ));
        }
        for path in rust_files(package.folder())? {
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            let shown = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy();
            violations.extend(check_file(&shown, &text));
        }
    }
    Ok(violations)
}

/// What is wrong with one file, of path `path` from the root.
fn check_file(path: &str, text: &str) -> Vec<String> {
    let listed = |list: &[(&str, &str)]| list.iter().any(|(listed, _)| *listed == path);
    let mut violations = Vec::new();
    let lines = text.lines().count();
    if lines > MOST_LINES && !listed(LONG) {
        violations.push(format!(
            "{path}: {lines} lines; split it by ideas ({MOST_LINES} at most)"
        ));
    }
    if path.ends_with("/lib.rs") || path.ends_with("/mod.rs") {
        for item in items(text) {
            let excused = item.text.starts_with("macro_rules!") && listed(MACROS);
            if !item.only_names() && !excused {
                violations.push(format!(
                    "{path}:{}: `{}` belongs in a file of its own; here are docs, `mod` and `use` only",
                    item.line,
                    item.text.lines().next().unwrap_or_default().trim_end()
                ));
            }
        }
    }
    violations
}

/// The Rust files below `folder`, sorted; not those of build outputs.
fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                if !(name.starts_with('.') || name == "target" || name == "node_modules") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// One item of a file, attributes aside.
struct Item {
    /// Its first line, from 1.
    line: usize,
    /// Its code, with comments and the insides of literals blanked.
    text: String,
}

impl Item {
    /// Whether it declares a module elsewhere or brings a name into scope.
    fn only_names(&self) -> bool {
        let mut rest = self.text.as_str();
        if let Some(after) = rest.strip_prefix("pub") {
            rest = after.trim_start();
            if rest.starts_with('(') {
                rest = rest
                    .split_once(')')
                    .map_or("", |(_, after)| after.trim_start());
            }
        }
        let names = ["mod", "use", "extern"].iter().any(|word| {
            rest.strip_prefix(word)
                .is_some_and(|rest| rest.starts_with(char::is_whitespace))
        });
        // `mod tests { … }` and `extern "C" { … }` end in a brace.
        names && rest.ends_with(';')
    }
}

/// The items of a file, in order. Knows just enough of the grammar for files that only name things;
/// of others it finds the first lines of what does not belong.
fn items(text: &str) -> Vec<Item> {
    let code = blanked(text);
    let mut items = Vec::new();
    let mut rest = code.as_str();
    loop {
        rest = rest.trim_start();
        let line = 1 + code[..code.len() - rest.len()].matches('\n').count();
        if rest.is_empty() {
            return items;
        }
        let attribute = rest.starts_with('#');
        let mut depth = 0_usize;
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            match c {
                '{' | '[' | '(' => depth += 1,
                '}' | ']' | ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            let ends = if attribute {
                c == ']'
            } else {
                c == ';' || (c == '}' && !is_use(rest))
            };
            if depth == 0 && ends {
                end = at + c.len_utf8();
                break;
            }
        }
        if !attribute {
            items.push(Item {
                line,
                text: rest[..end].to_owned(),
            });
        }
        rest = &rest[end..];
    }
}

/// Whether an item is a `use`, whose closing brace is not its end.
fn is_use(item: &str) -> bool {
    item.split(|c: char| c.is_whitespace() || c == ')')
        .take(3)
        .any(|word| word == "use")
}

/// `text` with comments and the insides of string and character literals turned into spaces; line
/// breaks stay.
fn blanked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = token(rest, first);
        if length == first.len_utf8() {
            out.push(first);
        } else {
            out.extend(
                rest[..length]
                    .chars()
                    .map(|c| if c == '\n' { c } else { ' ' }),
            );
        }
        rest = &rest[length..];
    }
    out
}

/// The length of the comment or literal that `rest` starts with, or of its first character.
fn token(rest: &str, first: char) -> usize {
    let until = |from: usize, end: &str| rest[from..].find(end).map_or(rest.len(), |at| from + at);
    match first {
        '/' if rest.starts_with("//") => until(2, "\n"),
        '/' if rest.starts_with("/*") => block_comment(rest),
        '"' => quoted(rest, '"'),
        // 'x' and '\n' are literals, 'static is a lifetime.
        '\'' if rest[1..].starts_with('\\') || rest.chars().nth(2) == Some('\'') => {
            quoted(rest, '\'')
        }
        'r' if rest[1..].trim_start_matches('#').starts_with('"') => {
            let hashes = rest[1..].len() - rest[1..].trim_start_matches('#').len();
            let close = format!("\"{}", "#".repeat(hashes));
            (until(2 + hashes, &close) + close.len()).min(rest.len())
        }
        _ => first.len_utf8(),
    }
}

/// The length of the literal that `rest` starts with, quotes included.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    rest.len()
}

/// The length of the block comment that `rest` starts with; they nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::{MOST_LINES, check_file, items};

    #[test]
    fn a_file_of_names_passes() {
        let text = r###"
            //! Docs; with { braces } and "quotes.
            #![doc = include_str!("../README.md")]
            #![cfg_attr(docsrs, feature(doc_cfg))]
            #![doc = r#"] } fn main() {}"#]

            /* fn /* nested */ hidden() {} */
            mod tile; // fn f() {}
            pub(crate) mod grid;
            #[cfg(feature = "x")]
            pub mod x;
            extern crate alloc;

            pub use tile::{
                Tile,
                TileError,
            };
            pub use crate::grid::{Grid}; use core::fmt;
        "###;
        assert_eq!(check_file("a/src/lib.rs", text), [""; 0]);
        assert_eq!(items(text).len(), 7);
    }

    #[test]
    fn code_among_the_names_is_found_with_its_line() {
        for code in [
            "pub fn f() -> char { '}' }",
            "struct S;",
            "#[cfg(test)]\nmod tests { use super::*; }",
            "macro_rules! m { () => {} }",
            "const C: &'static str = \"}\";",
            "pub(crate) enum E { A }",
        ] {
            let text = format!("//! Docs\nmod a;\n\n{code}\nmod b;\n");
            let found = check_file("a/src/lib.rs", &text);
            assert_eq!(found.len(), 1, "{code}: {found:?}");
            let line = if code.starts_with('#') { 5 } else { 4 };
            assert!(
                found[0].starts_with(&format!("a/src/lib.rs:{line}: ")),
                "{found:?}"
            );
            assert!(
                check_file("a/src/other.rs", &text).is_empty(),
                "only roots are held to it"
            );
        }
    }

    #[test]
    fn a_long_file_is_found() {
        assert!(check_file("a/src/long.rs", &"\n".repeat(MOST_LINES)).is_empty());
        assert_eq!(
            check_file("a/src/long.rs", &"\n".repeat(MOST_LINES + 1)).len(),
            1
        );
    }
}
