//! Builds the web viewer and lists its files for the server to embed.
//!
//! With npm at hand the viewer is bundled with MapLibre; without it, its sources are embedded as they
//! are and draw their own small map. `SMALTI_VIEWER` chooses: unset or `auto` takes what is possible
//! and warns, `require` fails without npm (CI does), `skip` never asks for npm. The decision and its
//! reasons are in `doc/decisions/0004-viewer.md`.
//!
//! npm works on a copy in `OUT_DIR`; the source tree is only read.
//!
//! The result is `OUT_DIR/viewer.rs`:
//!
//! ```text
//! pub(crate) const FULL: bool;                                     // bundled with MapLibre?
//! pub(crate) static FILES: &[(&str, &str, &[u8])];                 // path, content type, bytes
//! ```

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What npm needs, relative to `viewer/`.
const SOURCES: [&str; 6] = [
    "src",
    "index.html",
    "build.mjs",
    "package.json",
    "package-lock.json",
    ".npmrc",
];

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> Result<()> {
    println!("cargo:rerun-if-env-changed=SMALTI_VIEWER");
    println!("cargo:rerun-if-changed=build.rs");
    for source in SOURCES {
        println!("cargo:rerun-if-changed=viewer/{source}");
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let choice = std::env::var("SMALTI_VIEWER").unwrap_or_default();
    let full = match choice.as_str() {
        "skip" => false,
        "require" => {
            bundle(&out).map_err(|error| {
                format!("SMALTI_VIEWER=require, but the viewer's bundle fails: {error}")
            })?;
            true
        }
        "" | "auto" => match bundle(&out) {
            Ok(()) => true,
            Err(error) => {
                println!(
                    "cargo:warning=the viewer is built without MapLibre and draws a plainer map: {error}; \
                     for the full one install Node.js 20 or newer with npm and build with SMALTI_VIEWER=require"
                );
                false
            }
        },
        other => {
            return Err(format!(
                "SMALTI_VIEWER is {other:?}; it can be `auto`, `require` or `skip`"
            )
            .into());
        }
    };
    if !full {
        plain(&out.join("viewer"))?;
    }
    fs::write(out.join("viewer.rs"), listing(&out.join("viewer"), full)?)?;
    Ok(())
}

/// Bundles the viewer with npm into `OUT_DIR/viewer`.
fn bundle(out: &Path) -> Result<()> {
    let work = out.join("viewer-npm");
    fs::create_dir_all(&work)?;
    let _ = fs::remove_dir_all(work.join("src"));
    for source in SOURCES {
        copy(&Path::new("viewer").join(source), &work.join(source))?;
    }
    // The lock file says what is installed; the same one needs no second installation.
    let lock = fs::read(work.join("package-lock.json"))?;
    let stamp = work.join("installed.lock");
    if fs::read(&stamp).ok().as_ref() != Some(&lock) {
        // No install scripts: the packages' files are all that is needed. One quick retry: a machine
        // without network should get its plain map soon.
        npm(
            &work,
            &[
                "ci",
                "--omit=dev",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--prefer-offline",
                "--fetch-retries=1",
                "--fetch-retry-mintimeout=1000",
                "--fetch-retry-maxtimeout=5000",
                "--fetch-timeout=60000",
            ],
        )?;
        fs::write(&stamp, &lock)?;
    }
    let built = out.join("viewer");
    let target = built.to_str().ok_or("OUT_DIR is not UTF-8")?;
    npm(&work, &["run", "build", "--", target])
}

/// Runs npm in `folder`; the last lines that it says become the error.
fn npm(folder: &Path, args: &[&str]) -> Result<()> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(program)
        .args(args)
        .current_dir(folder)
        .output()
        .map_err(|error| format!("npm cannot be started ({error})"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let errors: Vec<&str> = said
        .lines()
        .filter(|line| !line.starts_with("npm warn") && !line.trim().is_empty())
        .take(4)
        .collect();
    Err(format!(
        "`npm {}` failed ({}): {}",
        args[0],
        output.status,
        errors.join(" | ")
    )
    .into())
}

/// Puts the sources where the page looks for them: browsers load modules without a bundler.
fn plain(target: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(target);
    let sources = Path::new("viewer/src");
    copy(Path::new("viewer/index.html"), &target.join("index.html"))?;
    for entry in fs::read_dir(sources)? {
        let name = entry?.file_name();
        let file = match name.to_str() {
            Some("entry-full.js" | "map-maplibre.js" | "viewer-full.css") => continue,
            Some("entry-plain.js") => "viewer.js".as_ref(),
            _ => name.as_os_str(),
        };
        copy(&sources.join(&name), &target.join("assets").join(file))?;
    }
    Ok(())
}

/// The Rust source that embeds every file of `folder`.
fn listing(folder: &Path, full: bool) -> Result<String> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files)?;
    files.sort();
    let mut text = format!(
        "/// Whether the viewer is bundled with MapLibre; otherwise it draws its own map.\n\
         pub(crate) const FULL: bool = {full};\n\n\
         /// Each file of the viewer: path relative to the page, content type, bytes.\n\
         pub(crate) static FILES: &[(&str, &str, &[u8])] = &[\n"
    );
    for (name, path) in files {
        let kind = content_type(&name)?;
        writeln!(text, "    ({name:?}, {kind:?}, include_bytes!({path:?})),")?;
    }
    text.push_str("];\n");
    Ok(text)
}

/// Finds the files below `folder`, named relative to `root` with slashes.
fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
            continue;
        }
        let name = path.strip_prefix(root)?;
        let name = name.to_str().ok_or("a viewer file's name is not UTF-8")?;
        files.push((name.replace('\\', "/"), path));
    }
    Ok(())
}

fn content_type(name: &str) -> Result<&'static str> {
    let extension = Path::new(name).extension().and_then(|text| text.to_str());
    Ok(match extension {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        _ => {
            return Err(format!("build.rs knows no content type for the viewer's {name:?}").into());
        }
    })
}

/// Copies a file or a whole folder.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let name = entry?.file_name();
            copy(&from.join(&name), &to.join(&name))?;
        }
        return Ok(());
    }
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::copy(from, to).map_err(|error| format!("cannot copy {}: {error}", from.display()))?;
    Ok(())
}
