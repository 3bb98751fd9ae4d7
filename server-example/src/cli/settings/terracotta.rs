//! Terracotta's settings, by their names, in its forms.

use super::file::words;

/// How a value is written, and what it may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    Text,
    /// Text, or nothing: `null` in JSON has no form elsewhere, an empty text stands for it.
    TextOrNone,
    /// As marshmallow reads it: `true`, `1`, `yes`, `on`, `t`, `y` in any case, and their opposites.
    Truth,
    /// A whole number from one to another.
    Number(i64, i64),
    /// Two whole numbers from one on, as an array or as JSON text.
    Pair(i64),
    /// Texts, as an array or as JSON text.
    Texts,
    OneOf(&'static [&'static str]),
}

/// What a setting does here.
#[derive(Clone, Copy, Debug)]
pub(super) enum Means {
    /// The same as an option.
    Option(&'static str),
    /// Bytes, where the option has MiB.
    Mebibytes(&'static str),
    /// The same as another setting of Terracotta's, which counts more.
    Deprecated(&'static str),
    /// Nothing, for this reason.
    Nothing(&'static str),
}

/// A setting of Terracotta's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) means: Means,
}

const fn known(name: &'static str, form: Form, means: Means) -> Known {
    Known { name, form, means }
}

const KERNELS: Form = Form::OneOf(&["nearest", "linear", "cubic", "average"]);
const MOST: i64 = i64::MAX;

/// All of Terracotta 0.10.1, and the folder that it reads from the environment alone.
pub(super) const ALL: [Known; 30] = [
    known("DRIVER_PATH", Form::Text, Means::Option("database")),
    known(
        "DRIVER_PROVIDER",
        Form::TextOrNone,
        Means::Option("database_provider"),
    ),
    known(
        "DEBUG",
        Form::Truth,
        Means::Nothing("--log-level debug says more"),
    ),
    known(
        "FLASK_PROFILE",
        Form::Truth,
        Means::Nothing("there is no Flask; see /metrics"),
    ),
    known(
        "XRAY_PROFILE",
        Form::Truth,
        Means::Nothing("nothing is sent to X-Ray"),
    ),
    known(
        "LOGLEVEL",
        Form::OneOf(&["debug", "info", "warning", "error", "critical"]),
        Means::Option("log_level"),
    ),
    known(
        "RASTER_CACHE_SIZE",
        Form::Number(0, MOST),
        Means::Mebibytes("cache_mb"),
    ),
    known(
        "RASTER_CACHE_COMPRESS_LEVEL",
        Form::Number(0, 9),
        Means::Nothing("blocks are kept as they are decoded"),
    ),
    known(
        "RASTER_AWS_ACCESS_KEY",
        Form::TextOrNone,
        Means::Option("s3_access_key"),
    ),
    known(
        "RASTER_AWS_SECRET_KEY",
        Form::TextOrNone,
        Means::Option("s3_secret_key"),
    ),
    known(
        "RASTER_AWS_S3_ENDPOINT",
        Form::TextOrNone,
        Means::Option("s3_endpoint"),
    ),
    known(
        "DEFAULT_TILE_SIZE",
        Form::Pair(1),
        Means::Option("tile_size"),
    ),
    known(
        "LAZY_LOADING_MAX_SHAPE",
        Form::Pair(1),
        Means::Option("lazy_shape"),
    ),
    known(
        "PNG_COMPRESS_LEVEL",
        Form::Number(0, 9),
        Means::Option("png_level"),
    ),
    known(
        "DB_CONNECTION_TIMEOUT",
        Form::Number(0, MOST),
        Means::Option("database_timeout"),
    ),
    known(
        "REMOTE_DB_CACHE_DIR",
        Form::Text,
        Means::Option("database_cache_dir"),
    ),
    known(
        "REMOTE_DB_CACHE_TTL",
        Form::Number(0, MOST),
        Means::Option("database_cache_ttl"),
    ),
    known(
        "RESAMPLING_METHOD",
        KERNELS,
        Means::Option("resampling_method"),
    ),
    known(
        "REPROJECTION_METHOD",
        KERNELS,
        Means::Option("reprojection_method"),
    ),
    known(
        "ALLOWED_ORIGINS_METADATA",
        Form::Texts,
        Means::Option("metadata_origins"),
    ),
    known(
        "ALLOWED_ORIGINS_TILES",
        Form::Texts,
        Means::Option("tile_origins"),
    ),
    known("SQL_USER", Form::TextOrNone, Means::Option("sql_user")),
    known(
        "SQL_PASSWORD",
        Form::TextOrNone,
        Means::Option("sql_password"),
    ),
    known(
        "MYSQL_USER",
        Form::TextOrNone,
        Means::Deprecated("SQL_USER"),
    ),
    known(
        "MYSQL_PASSWORD",
        Form::TextOrNone,
        Means::Deprecated("SQL_PASSWORD"),
    ),
    known(
        "POSTGRESQL_USER",
        Form::TextOrNone,
        Means::Deprecated("SQL_USER"),
    ),
    known(
        "POSTGRESQL_PASSWORD",
        Form::TextOrNone,
        Means::Deprecated("SQL_PASSWORD"),
    ),
    known(
        "USE_MULTIPROCESSING",
        Form::Truth,
        Means::Nothing("bands are read at the same time in one process"),
    ),
    known(
        "MAX_POST_METADATA_KEYS",
        Form::Number(1, MOST),
        Means::Option("max_metadata_keys"),
    ),
    known(
        "EXTRA_CMAP_FOLDER",
        Form::Text,
        Means::Option("colormap_dir"),
    ),
];

/// The setting of a name.
pub(super) fn find(name: &str) -> Option<&'static Known> {
    ALL.iter().find(|known| known.name == name)
}

impl Known {
    /// What an environment or a file says, as the words of the option; none where it says nothing.
    ///
    /// # Errors
    ///
    /// What is expected instead.
    pub(super) fn read(&self, value: &toml::Value) -> Result<Vec<String>, String> {
        let one = || match words(value).as_deref() {
            Some([word]) if !value.is_array() => Ok(word.clone()),
            _ => Err("a single value is expected".to_owned()),
        };
        let mut read = match self.form {
            Form::Text => vec![one()?],
            Form::TextOrNone => Some(one()?)
                .filter(|text| !text.is_empty())
                .into_iter()
                .collect(),
            Form::Truth => vec![truth(&one()?)?.to_string()],
            Form::Number(least, greatest) => vec![number(&one()?, least, greatest)?.to_string()],
            Form::OneOf(names) => {
                let name = one()?;
                if !names.contains(&name.as_str()) {
                    return Err(format!("{name:?} is none of {}", names.join(", ")));
                }
                vec![name]
            }
            Form::Texts => list(value)?,
            Form::Pair(least) => {
                let pair = list(value)?;
                if pair.len() != 2 {
                    return Err("two numbers are expected".into());
                }
                for text in &pair {
                    number(text, least, u32::MAX.into())?;
                }
                vec![pair.join(",")]
            }
        };
        if let (Means::Mebibytes(_), [bytes]) = (self.means, &mut read[..]) {
            let whole: u64 = bytes.parse().map_err(|_| "a number is expected")?;
            *bytes = whole.div_ceil(1 << 20).to_string();
        }
        Ok(read)
    }
}

fn truth(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" | "yes" | "y" | "on" => Ok(true),
        "false" | "f" | "0" | "no" | "n" | "off" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    }
}

fn number(text: &str, least: i64, greatest: i64) -> Result<i64, String> {
    match text.trim().parse() {
        Ok(number) if (least..=greatest).contains(&number) => Ok(number),
        _ if greatest == MOST => Err(format!("{text:?} is no whole number from {least} on")),
        _ => Err(format!(
            "{text:?} is no whole number from {least} to {greatest}"
        )),
    }
}

/// An array, or JSON text of one.
fn list(value: &toml::Value) -> Result<Vec<String>, String> {
    if let toml::Value::String(text) = value {
        let wrong = || format!("{text:?} is no list in JSON");
        let values: Vec<serde_json::Value> = serde_json::from_str(text).map_err(|_| wrong())?;
        let each = values.into_iter().map(|value| match value {
            serde_json::Value::String(text) => Ok(text),
            serde_json::Value::Number(number) => Ok(number.to_string()),
            _ => Err(wrong()),
        });
        return each.collect();
    }
    match words(value) {
        Some(words) if value.is_array() => Ok(words),
        _ => Err("a list is expected".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Result<Vec<String>, String> {
        find(name).unwrap().read(&toml::Value::String(text.into()))
    }

    /// Which forms Terracotta 0.10.1 takes and refuses.
    #[test]
    fn values_have_terracottas_forms() {
        let one = |text: &str| Ok(vec![text.to_owned()]);
        assert_eq!(read("DEFAULT_TILE_SIZE", "[512, 256]"), one("512,256"));
        assert_eq!(read("ALLOWED_ORIGINS_TILES", "[]"), Ok(vec![]));
        assert_eq!(read("RASTER_CACHE_SIZE", "513802240"), one("490"));
        assert_eq!(read("RASTER_CACHE_SIZE", "0"), one("0"));
        assert_eq!(read("RASTER_CACHE_SIZE", "1"), one("1"));
        assert_eq!(read("DEBUG", "On"), one("true"));
        assert_eq!(read("SQL_USER", ""), Ok(vec![]));
        for (name, wrong) in [
            ("DEFAULT_TILE_SIZE", "256"),
            ("DEFAULT_TILE_SIZE", "[256]"),
            ("DEFAULT_TILE_SIZE", "256,256"),
            ("LOGLEVEL", "WARNING"),
            ("LOGLEVEL", "trace"),
            ("PNG_COMPRESS_LEVEL", "10"),
            ("RASTER_CACHE_SIZE", "-1"),
            ("MAX_POST_METADATA_KEYS", "0"),
            ("RESAMPLING_METHOD", "bilinear"),
            ("USE_MULTIPROCESSING", "maybe"),
            ("ALLOWED_ORIGINS_METADATA", "*"),
        ] {
            assert!(read(name, wrong).is_err(), "{name} {wrong}");
        }
    }
}
