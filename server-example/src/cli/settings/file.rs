//! Settings in a file.

use crate::Error;
use std::path::Path;

/// Bytes of a file of settings at most.
const MOST_BYTES: u64 = 1 << 20;

/// The names and values of a TOML file's top level.
pub(super) fn read(path: &Path) -> Result<toml::Table, Error> {
    let failed = |why: String| Error::Request(format!("the settings in {}: {why}", path.display()));
    let size = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if size.len() > MOST_BYTES {
        return Err(failed(format!("the file has more than {MOST_BYTES} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    text.parse()
        .map_err(|error: toml::de::Error| failed(error.to_string().trim().to_owned()))
}

/// A value as the words of an option; `None` for a table or what is in one.
pub(super) fn words(value: &toml::Value) -> Option<Vec<String>> {
    use toml::Value as V;
    Some(match value {
        V::String(text) => vec![text.clone()],
        V::Integer(number) => vec![number.to_string()],
        V::Float(number) => vec![number.to_string()],
        V::Boolean(yes) => vec![yes.to_string()],
        V::Array(values) => {
            let each = values.iter().map(|value| match value {
                V::Array(_) => None,
                value => words(value)?.pop(),
            });
            each.collect::<Option<_>>()?
        }
        V::Datetime(_) | V::Table(_) => return None,
    })
}
