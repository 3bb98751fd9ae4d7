//! From a file and the environment to options' defaults.

use super::{file, terracotta};
use crate::Error;
use clap::{Arg, ArgAction, Command, builder::Resettable};
use std::{collections::BTreeMap, ffi::OsString, path::PathBuf};
use terracotta::Means;

/// What is before the names of Terracotta's settings in the environment.
const PREFIX: &str = "TC_";

/// No variable has such a name: an option that a file sets does not ask the environment.
const NO_VARIABLE: &str = "=";

/// What files and Terracotta's environment say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// By the option's id: its words, and who says so.
    values: BTreeMap<String, Said>,
    /// Terracotta's settings that do nothing here: name, who says so, and why.
    pub(super) idle: Vec<(&'static str, String, &'static str)>,
}

/// What is said of one option.
#[derive(Clone, Debug)]
pub(super) struct Said {
    words: Vec<String>,
    /// The file's name, or the variable's.
    pub(super) origin: String,
    /// The file counts more than the environment, Terracotta's environment less.
    from_file: bool,
}

impl Settings {
    /// Reads the file that the arguments or the environment name, and Terracotta's environment.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] for a file that cannot be read, names that no setting has, and values that are
    /// of another form than Terracotta's.
    pub(crate) fn gather(
        command: &Command,
        arguments: &[OsString],
        environment: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<Self, Error> {
        let mut settings = Self::default();
        let path = named(arguments).or_else(|| environment("SMALTI_CONFIG").map(PathBuf::from));
        if let Some(path) = path {
            let table = file::read(&path)?;
            let origin = format!("file {}", path.display());
            let ours = names(command);
            for (name, value) in &table {
                let wrong = |why: String| {
                    Error::Request(format!("the settings in {}: {name}: {why}", path.display()))
                };
                if let Some(known) = terracotta::find(name) {
                    let words = known.read(value).map_err(wrong)?;
                    settings.say(known, words, &origin, true);
                } else if ours.contains(name) {
                    let words = file::words(value)
                        .ok_or_else(|| wrong("a value or a list of them is expected".into()))?;
                    let origin = origin.clone();
                    let said = Said {
                        words,
                        origin,
                        from_file: true,
                    };
                    settings.values.insert(name.clone(), said);
                } else {
                    return Err(wrong(unknown(name, &ours)));
                }
            }
        }
        for known in &terracotta::ALL {
            let variable = format!("{PREFIX}{}", known.name);
            let Some(value) = environment(&variable) else {
                continue;
            };
            let wrong = |why: String| Error::Request(format!("{variable}: {why}"));
            let text = value
                .into_string()
                .map_err(|_| wrong("it is no UTF-8".into()))?;
            let words = known.read(&toml::Value::String(text)).map_err(wrong)?;
            settings.say(known, words, &format!("environment {variable}"), false);
        }
        Ok(settings)
    }

    fn say(
        &mut self,
        known: &'static terracotta::Known,
        words: Vec<String>,
        origin: &str,
        from_file: bool,
    ) {
        let (option, deprecated) = match known.means {
            Means::Option(option) | Means::Mebibytes(option) => (option, false),
            Means::Deprecated(name) => match terracotta::find(name).map(|known| known.means) {
                Some(Means::Option(option)) => (option, true),
                _ => return,
            },
            Means::Nothing(why) => {
                self.idle.push((known.name, origin.to_owned(), why));
                return;
            }
        };
        if words.is_empty() && !matches!(known.form, terracotta::Form::Texts) {
            return;
        }
        // The names are gone through so that what counts more, and what is not deprecated, comes first.
        let there = self.values.get(option);
        let stays = there.is_some_and(|there| there.from_file && !from_file || deprecated);
        if !stays {
            let origin = origin.to_owned();
            let said = Said {
                words,
                origin,
                from_file,
            };
            self.values.insert(option.to_owned(), said);
        }
    }

    /// What is said of an option, if it is that and not the environment that counts.
    pub(super) fn said(&self, id: &str) -> Option<&Said> {
        self.values.get(id)
    }

    /// The command with what was said as its options' defaults.
    pub(crate) fn apply(&self, command: Command) -> Command {
        let names: Vec<String> = command
            .get_subcommands()
            .map(|command| command.get_name().to_owned())
            .collect();
        let mut command = self.apply_to(command);
        for name in names {
            command = command.mut_subcommand(name, |command| self.apply_to(command));
        }
        command
    }

    fn apply_to(&self, command: Command) -> Command {
        let here: Vec<String> = command
            .get_arguments()
            .map(|argument| argument.get_id().to_string())
            .filter(|id| self.values.contains_key(id))
            .collect();
        here.into_iter().fold(command, |command, id| {
            let said = self.values[&id].clone();
            command.mut_arg(id, |argument| said.becomes_default(argument))
        })
    }
}

impl Said {
    fn becomes_default(self, argument: Arg) -> Arg {
        let argument = match self.from_file {
            true => argument.env(NO_VARIABLE).hide_env(true),
            false => argument,
        };
        if self.words.is_empty() {
            return argument.default_value(Resettable::Reset);
        }
        // A pair is one word of its option, in a file it is a list.
        let many = matches!(argument.get_action(), ArgAction::Append)
            || argument.get_value_delimiter() == Some(' ');
        match many {
            true => argument.default_values(self.words),
            false => argument.default_value(self.words.join(",")),
        }
    }
}

/// What comes after `-c` or `--config`.
fn named(arguments: &[OsString]) -> Option<PathBuf> {
    let mut found = None;
    let mut rest = arguments.iter().skip(1);
    while let Some(argument) = rest.next() {
        let Some(text) = argument.to_str() else {
            continue;
        };
        match text {
            "--" => break,
            "-c" | "--config" => found = rest.next().map(PathBuf::from),
            _ => {
                let value = text.strip_prefix("--config=").or_else(|| {
                    let short = text.strip_prefix("-c").filter(|_| !text.starts_with("--"));
                    short.map(|value| value.strip_prefix('=').unwrap_or(value))
                });
                found = value.map(PathBuf::from).or(found);
            }
        }
    }
    found
}

/// The ids of options that the environment can name too, and that are no flags of one run.
pub(super) fn names(command: &Command) -> Vec<String> {
    let mut names: Vec<String> = core::iter::once(command)
        .chain(command.get_subcommands())
        .flat_map(Command::get_arguments)
        .filter(|argument| argument.get_env().is_some() && argument.get_id() != "config")
        .map(|argument| argument.get_id().to_string())
        .collect();
    // Of `serve` alone, and Terracotta's file may name it.
    names.sort();
    names.dedup();
    names
}

fn unknown(name: &str, ours: &[String]) -> String {
    let candidates = ours
        .iter()
        .map(String::as_str)
        .chain(terracotta::ALL.iter().map(|known| known.name));
    let near = candidates.min_by_key(|other| distance(name, other));
    let near = near.filter(|other| distance(name, other) <= 3);
    match near {
        Some(near) => format!("there is no such setting; is it {near}?"),
        None => "there is no such setting; smalti serve --show-config lists all".to_owned(),
    }
}

/// Letters to be changed, added or taken (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let cost = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_found_in_all_forms() {
        let named = |arguments: &[&str]| {
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            named(&arguments).map(|path| path.display().to_string())
        };
        for arguments in [
            &["smalti", "-c", "a.toml", "serve"][..],
            &["smalti", "serve", "--config", "a.toml"],
            &["smalti", "--config=a.toml"],
            &["smalti", "-ca.toml"],
            &["smalti", "-c=a.toml"],
        ] {
            assert_eq!(named(arguments).as_deref(), Some("a.toml"), "{arguments:?}");
        }
        assert_eq!(named(&["smalti", "serve", "--", "-c", "a.toml"]), None);
        assert_eq!(named(&["smalti", "serve", "--cors-origin", "*"]), None);
    }

    #[test]
    fn near_names_are_offered() {
        let ours = vec!["cache_mb".to_owned(), "port".to_owned()];
        assert!(unknown("cache_md", &ours).contains("is it cache_mb?"));
        assert!(unknown("DRIVER_PAT", &ours).contains("is it DRIVER_PATH?"));
        assert!(unknown("nonsense", &ours).contains("lists all"));
        assert_eq!(
            (
                distance("", "abc"),
                distance("abc", "abc"),
                distance("abc", "axc")
            ),
            (3, 0, 1)
        );
    }
}
