//! Telling what is set, and by whom.

use super::gather::Settings;
use crate::cli::catalogs::shown;
use clap::{ArgAction, ArgMatches, Command, parser::ValueSource};
use core::fmt::Write as _;

/// Ids of options whose values are nobody's business.
const SECRETS: [&str; 4] = [
    "access_token",
    "sql_password",
    "s3_access_key",
    "s3_secret_key",
];

impl Settings {
    /// The settings of the command that was given, as a TOML file that says in comments who set what.
    pub(crate) fn show(&self, command: &Command, matches: &ArgMatches) -> String {
        let mut out = String::new();
        let mut seen = Vec::new();
        let chosen = matches.subcommand();
        let of_command =
            chosen.and_then(|(name, matches)| Some((command.find_subcommand(name)?, matches)));
        for (command, matches) in core::iter::once((command, matches)).chain(of_command) {
            for argument in command.get_arguments() {
                let id = argument.get_id().as_str();
                let said = self.said(id);
                let is_setting = argument.get_env().is_some() || said.is_some();
                if !is_setting || id == "config" || seen.contains(&id.to_owned()) {
                    continue;
                }
                seen.push(id.to_owned());
                let words: Vec<String> = match matches.try_get_raw(id) {
                    Ok(Some(raw)) => raw
                        .map(|word| word.to_string_lossy().into_owned())
                        .collect(),
                    _ => Vec::new(),
                };
                let origin = match (matches.value_source(id), said) {
                    (Some(ValueSource::CommandLine), _) => "flag".to_owned(),
                    (Some(ValueSource::EnvVariable), _) => match argument.get_env() {
                        Some(name) => format!("environment {}", name.to_string_lossy()),
                        None => "environment".to_owned(),
                    },
                    (_, Some(said)) => said.origin.clone(),
                    _ => "default".to_owned(),
                };
                line(
                    &mut out,
                    id,
                    &words,
                    matches!(argument.get_action(), ArgAction::Append),
                    &origin,
                );
            }
        }
        for (name, origin, why) in &self.idle {
            let _ = writeln!(out, "# {name} has no effect ({origin}): {why}");
        }
        out.trim_end().to_owned()
    }

    /// Says which of Terracotta's settings are set and do nothing.
    pub(crate) fn warn(&self) {
        for (name, origin, why) in &self.idle {
            tracing::info!("{name} has no effect ({origin}): {why}");
        }
    }
}

fn line(out: &mut String, id: &str, words: &[String], many: bool, origin: &str) {
    let shown = |word: &String| match SECRETS.contains(&id) {
        true => "***".to_owned(),
        false => shown(word),
    };
    let value = match words {
        // What is not set has no value in TOML.
        [] => {
            let _ = writeln!(out, "# {id} is not set  # {origin}");
            return;
        }
        [word] if !many => quoted(&shown(word)),
        words => {
            let words: Vec<String> = words.iter().map(|word| quoted(&shown(word))).collect();
            format!("[{}]", words.join(", "))
        }
    };
    let _ = writeln!(out, "{id} = {value}  # {origin}");
}

/// A TOML value: a number or a truth as it is, anything else quoted.
fn quoted(word: &str) -> String {
    let plain =
        word.parse::<i64>().is_ok() && !word.starts_with('+') || matches!(word, "true" | "false");
    if plain {
        return word.to_owned();
    }
    toml::Value::String(word.to_owned()).to_string()
}

/// Whether Terracotta calls a setting that does something here.
#[cfg(test)]
pub(super) fn options_of_terracotta() -> Vec<&'static str> {
    use super::terracotta::{ALL, Means};
    ALL.iter()
        .filter_map(|known| match known.means {
            Means::Option(option) | Means::Mebibytes(option) => Some(option),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory as _;
    use std::ffi::OsString;

    fn shown_by(arguments: &[&str], environment: &[(&str, &str)]) -> Result<String, String> {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let find = |name: &str| {
            let found = environment.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        let command = Cli::command();
        let settings = Settings::gather(&command, &arguments, &find).map_err(|e| e.to_string())?;
        let mut command = settings.apply(command);
        let matches = command
            .try_get_matches_from_mut(&arguments)
            .map_err(|e| e.to_string())?;
        Ok(settings.show(&command, &matches))
    }

    fn has(shown: &str, line: &str) {
        assert!(shown.lines().any(|one| one == line), "{line} in\n{shown}");
    }

    #[test]
    fn every_setting_of_terracotta_is_an_option_or_has_no_effect() {
        let command = Cli::command();
        let serve = command.find_subcommand("serve").unwrap();
        for option in options_of_terracotta() {
            let found = core::iter::once(&command)
                .chain([serve])
                .flat_map(Command::get_arguments)
                .any(|argument| argument.get_id() == option);
            assert!(found, "{option}");
        }
    }

    #[test]
    fn a_flag_counts_more_than_a_file_and_that_more_than_the_environment() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("s.toml");
        let text = "cache_mb = 7\nDRIVER_PATH = 'mysql://me:secret@host/db'\nDEFAULT_TILE_SIZE = [512, 128]\n\
                    ALLOWED_ORIGINS_TILES = ['a', 'b']\nSQL_PASSWORD = 'hidden'\nsidecars = true\nDEBUG = true\n";
        std::fs::write(&file, text).unwrap();
        let path = file.to_str().unwrap();
        let environment = [
            ("TC_RASTER_CACHE_SIZE", "1048576"),
            ("TC_PNG_COMPRESS_LEVEL", "4"),
            ("TC_LOGLEVEL", "critical"),
            ("TC_MYSQL_USER", "old"),
        ];
        let shown = shown_by(
            &["smalti", "-c", path, "serve", "--port", "9"],
            &environment,
        )
        .unwrap();
        let from = |what: &str| format!("{what}  # file {path}");
        has(&shown, "port = 9  # flag");
        has(&shown, &from("cache_mb = 7"));
        has(&shown, &from("database = \"mysql://me:***@host/db\""));
        has(&shown, &from("tile_size = \"512,128\""));
        has(&shown, &from("tile_origins = [\"a\", \"b\"]"));
        has(&shown, &from("sql_password = \"***\""));
        has(&shown, &from("sidecars = true"));
        has(&shown, "png_level = 4  # environment TC_PNG_COMPRESS_LEVEL");
        has(
            &shown,
            "log_level = \"critical\"  # environment TC_LOGLEVEL",
        );
        has(&shown, "sql_user = \"old\"  # environment TC_MYSQL_USER");
        has(&shown, "max_age = 3600  # default");
        assert!(shown.contains("# DEBUG has no effect"), "{shown}");
        assert!(
            !shown.contains("me:secret") && !shown.contains("hidden"),
            "{shown}"
        );
        let again = shown_by(
            &["smalti", "-c", path, "serve", "--cache-mb", "3"],
            &environment,
        )
        .unwrap();
        has(&again, "cache_mb = 3  # flag");
        // What is shown is itself a file of settings.
        std::fs::write(&file, &again).unwrap();
        assert!(shown_by(&["smalti", "-c", path, "serve"], &[]).is_ok());
    }

    #[test]
    fn wrong_settings_are_refused_with_their_names() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("s.toml");
        let path = file.to_str().unwrap();
        for (text, said) in [
            ("cache_md = 7", "is it cache_mb?"),
            ("LOGLEVEL = 'loud'", "LOGLEVEL"),
            ("port = 'x'", "invalid value"),
            ("a = [", "TOML"),
            ("[cache_mb]\na = 1", "a value or a list"),
        ] {
            std::fs::write(&file, text).unwrap();
            let error = shown_by(&["smalti", "-c", path, "serve"], &[]).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
        assert!(shown_by(&["smalti", "-c", "/missing.toml", "serve"], &[]).is_err());
        let error = shown_by(&["smalti", "serve"], &[("TC_DEFAULT_TILE_SIZE", "256")]).unwrap_err();
        assert!(error.contains("TC_DEFAULT_TILE_SIZE"), "{error}");
    }
}
