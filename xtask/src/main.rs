//! Developer commands, run as `cargo xtask COMMAND`.
//!
//! | Command | Does |
//! | --- | --- |
//! | `test` | brings what the tests measure against (oracles, a browser, object stores on the loopback interface) and runs every test |
//! | `guard` | holds the crates to their rings, their file layout, their licences, and to WebAssembly |
//! | `viewer` | builds the web viewer's bundle |
//! | `wasm` | builds the page that reads COGs in the browser |
//! | `fuzz` | runs a fuzz target for some minutes |
//! | `compare` | times the same tiles through Smalti and rio-tiler, or whole files through Smalti and GDAL; or sends the same requests to Smalti and to TiTiler or Terracotta |
//!
//! A tool that is missing and cannot be installed fails the command and is named; nothing is skipped.

mod compare;
mod fuzz;
mod guard;
mod process;
mod services;
mod test;
mod tools;
mod viewer;
mod wasm;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test [ARG]...     install the oracles, start the object stores, and run `cargo test --workspace`
                    and the viewer's tests; ARG goes to cargo test, which then runs alone:
                    `cargo xtask test -p cog-reader -- header`
  guard [PART]...   check rings, layout, licences, api and wasm, or only the PARTs named so
  compare [RATIO]   time the same tiles through Smalti and rio-tiler and print the ratios; fail
                    if the geometric mean of the warm ones is below RATIO
  compare decode [RATIO] [NAME]...
                    decode whole files with Smalti and with GDAL, one thread and all, in turns, and
                    print the ratios, of all rows or those whose name contains a NAME; fail if the
                    geometric mean of one compression is below RATIO
  compare titiler [--only GROUP|PATTERN]... [--listed] [--most N]
                    send the same requests to TiTiler and to Smalti, all or those of a group or whose
                    line matches a pattern, and print in what the answers differ; fail if a difference
                    has no row in doc/titiler-differences.md
  compare titiler --bless
                    ask TiTiler what the tests of server-example expect of it
  compare titiler --speed
                    load both servers with the same tiles, one after the other, and print requests
                    per second, latencies and memory
  compare terracotta [--only GROUP|PATTERN]... [--listed] [--most N]
                    make databases with Terracotta and with Smalti, send the same requests to both
                    over each, and print in what the answers differ; fail if a difference has no row
                    in doc/terracotta-differences.md
  compare terracotta --speed
                    time tiles, ingest and optimize-rasters of both, and print ratios and memory
  fuzz TARGET [MINUTES]
                    look for input that hurts, one minute unless told; needs cargo-fuzz.
                    TARGETs: open, codec, whole_read, structure, arrival, round_trip,
                    definitions, expression, item, metadata,
                    shape
  viewer            build the web viewer's bundle with npm, in server-example/viewer/dist
  wasm              build the page that reads COGs in the browser, for any static file host, in
                    www/ in cargo's target folder

environment:
  SMALTI_TOOLS      folder for what is installed (default: xtask/ in cargo's target folder)
  SMALTI_SHARED     folder with shared fixtures (default: ../shared, if it is there)
  SMALTI_PYTHON, SMALTI_CHROMIUM, SMALTI_GDAL_VALIDATE
                    use this program instead of installing one
";

/// What the command line asked for.
#[derive(Debug, PartialEq)]
enum Command {
    Test(Vec<String>),
    Guard(Vec<guard::Part>),
    Viewer,
    Wasm,
    /// A target, and for how many minutes.
    Fuzz(String, u32),
    /// What goes to the script that compares.
    CompareTitiler(Vec<String>),
    /// What goes to the script that compares.
    CompareTerracotta(Vec<String>),
    /// At least so many times rio-tiler's speed.
    Compare(Option<f64>),
    CompareDecode {
        /// At least so many times GDAL's speed.
        at_least: Option<f64>,
        /// Parts of rows' names; none: all rows.
        names: Vec<String>,
    },
    Help,
}

fn main() -> ExitCode {
    let command = match parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(message) => {
            eprintln!("{message}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let done = match command {
        Command::Test(args) => test::run_tests(&args),
        Command::Guard(parts) => guard::run(&parts),
        Command::Viewer => viewer::build(),
        Command::Wasm => wasm::build().map(drop),
        Command::Fuzz(target, minutes) => fuzz::run_target(&target, minutes),
        Command::Compare(at_least) => compare::tiles(at_least),
        Command::CompareDecode { at_least, names } => compare::decode(at_least, &names),
        Command::CompareTitiler(arguments) => compare::titiler(&arguments),
        Command::CompareTerracotta(arguments) => compare::terracotta(&arguments),
        Command::Help => {
            print!("{USAGE}");
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Reads the command line; the error is what is wrong with it.
fn parse(mut args: impl Iterator<Item = String>) -> Result<Command, String> {
    let name = args.next().ok_or("no command given")?;
    let rest: Vec<String> = args.collect();
    match name.as_str() {
        "test" => Ok(Command::Test(rest)),
        "guard" if rest.is_empty() => Ok(Command::Guard(guard::Part::ALL.to_vec())),
        "guard" => rest
            .iter()
            .map(|part| part.parse())
            .collect::<Result<_, _>>()
            .map(Command::Guard),
        "viewer" if rest.is_empty() => Ok(Command::Viewer),
        "viewer" => Err(format!(
            "`viewer` takes no argument, got `{}`",
            rest.join(" ")
        )),
        "wasm" if rest.is_empty() => Ok(Command::Wasm),
        "wasm" => Err(format!(
            "`wasm` takes no argument, got `{}`",
            rest.join(" ")
        )),
        "compare" => match &rest[..] {
            [] => Ok(Command::Compare(None)),
            [what, rest @ ..] if what == "decode" => {
                let at_least = rest.first().and_then(|ratio| ratio.parse().ok());
                let names = rest[usize::from(at_least.is_some())..].to_vec();
                Ok(Command::CompareDecode { at_least, names })
            }
            [what, rest @ ..] if what == "titiler" => Ok(Command::CompareTitiler(rest.to_vec())),
            [what, rest @ ..] if what == "terracotta" => {
                Ok(Command::CompareTerracotta(rest.to_vec()))
            }
            [ratio] => match ratio.parse() {
                Ok(ratio) => Ok(Command::Compare(Some(ratio))),
                Err(_) => Err(format!("`compare` takes a ratio, got `{ratio}`")),
            },
            _ => Err(format!(
                "`compare` takes one ratio, got `{}`",
                rest.join(" ")
            )),
        },
        "fuzz" => {
            let (target, minutes) = match &rest[..] {
                [target] => (target, Ok(1)),
                [target, minutes] => (target, minutes.parse()),
                _ => return Err("`fuzz` takes a target and for how many minutes".into()),
            };
            let minutes = minutes.map_err(|_| "`fuzz` takes whole minutes".to_owned())?;
            if !fuzz::TARGETS.contains(&target.as_str()) {
                let known = fuzz::TARGETS.join(", ");
                return Err(format!("there is no target `{target}`; there are {known}"));
            }
            Ok(Command::Fuzz(target.clone(), minutes))
        }
        "help" | "-h" | "--help" => Ok(Command::Help),
        other => Err(format!("there is no command `{other}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, guard::Part, parse};

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn commands_and_their_arguments_are_told_apart() {
        assert_eq!(
            parsed("guard wasm rings"),
            Ok(Command::Guard(vec![Part::Wasm, Part::Rings]))
        );
        assert_eq!(parsed("guard"), Ok(Command::Guard(Part::ALL.to_vec())));
        assert_eq!(
            parsed("test -p x"),
            Ok(Command::Test(vec!["-p".into(), "x".into()]))
        );
        assert_eq!(parsed("viewer"), Ok(Command::Viewer));
        assert_eq!(parsed("wasm"), Ok(Command::Wasm));
        let fuzz = |minutes| Ok(Command::Fuzz("open".into(), minutes));
        assert_eq!(parsed("fuzz open"), fuzz(1));
        assert_eq!(parsed("fuzz open 20"), fuzz(20));
        assert!(parsed("fuzz open long").is_err());
        assert_eq!(parsed("compare 5"), Ok(Command::Compare(Some(5.0))));
        assert_eq!(parsed("compare"), Ok(Command::Compare(None)));
        assert!(parsed("compare fast").is_err());
        let decode = |at_least, names: &[&str]| {
            let names = names.iter().map(|&name| name.to_owned()).collect();
            Ok(Command::CompareDecode { at_least, names })
        };
        assert_eq!(parsed("compare decode"), decode(None, &[]));
        assert_eq!(
            parsed("compare decode 0.9 lerc zstd-p2"),
            decode(Some(0.9), &["lerc", "zstd-p2"])
        );
        assert_eq!(parsed("compare decode webp"), decode(None, &["webp"]));
        let titiler = ["--only", "info"].map(str::to_owned).to_vec();
        assert_eq!(
            parsed("compare titiler --only info"),
            Ok(Command::CompareTitiler(titiler))
        );
        assert_eq!(
            parsed("compare terracotta --speed"),
            Ok(Command::CompareTerracotta(vec!["--speed".into()]))
        );
    }

    #[test]
    fn wrong_usage_is_named() {
        for (line, named) in [
            ("", "no command"),
            ("tset", "tset"),
            ("guard rins", "rins"),
            ("viewer now", "now"),
            ("wasm small", "small"),
            ("fuzz opne", "opne"),
        ] {
            let message = parsed(line).unwrap_err();
            assert!(message.contains(named), "{line}: {message}");
        }
    }
}
