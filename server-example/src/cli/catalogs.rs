//! Opening the databases that the command line names.

use super::catalog_args::{DatabaseArgs, StoreArgs};
use crate::Error;
use catalog::{Catalog, Keys, OpenOptions, Provider};
use std::{path::Path, sync::Arc, time::Duration};

/// How a database is reached.
///
/// - `store`: settings of object stores, by their names there.
pub(super) fn options(
    arguments: &DatabaseArgs,
    store: &[(&'static str, String)],
) -> Result<OpenOptions, Error> {
    let mut options = OpenOptions::default().with_warn(|message| tracing::warn!("{message}"));
    let folder = arguments.database_cache_dir.clone();
    let folder = folder.unwrap_or_else(|| options.cache_folder.clone());
    options = options.with_cache(folder, Duration::from_secs(arguments.database_cache_ttl));
    for (name, value) in store {
        options = options.with_store(*name, value);
    }
    if let Some(provider) = &arguments.database_provider {
        options = options.with_provider(provider.parse()?);
    }
    if let Some(user) = &arguments.sql_user {
        options = options.with_user(user);
    }
    if let Some(password) = &arguments.sql_password {
        options = options.with_password(password);
    }
    let answer = options.patience;
    let connect = Duration::from_secs(arguments.database_timeout.max(1));
    Ok(options.with_timeouts(connect, answer))
}

/// Opens a database, or makes it with these keys. Of several processes that make the same one at the same
/// time, one does, and the others open it.
pub(super) async fn open_or_create(
    place: &str,
    keys: &Keys,
    options: &OpenOptions,
) -> Result<Arc<dyn Catalog>, Error> {
    let provider = options.provider.unwrap_or_else(|| Provider::of(place));
    let file = place.strip_prefix("sqlite:///").unwrap_or(place);
    let missing = provider == Provider::Sqlite && !Path::new(file).exists();
    let first = match missing {
        true => None,
        false => match catalog::open(place, options).await {
            Ok(catalog) => return Ok(catalog),
            // A server may have no such database yet, and a file may be one that another process is about to
            // fill. What is something else is not made into a catalog: then this error tells.
            Err(error @ catalog::Error::Unusable { .. }) => Some(error),
            Err(error) => return Err(error.into()),
        },
    };
    match catalog::create(place, keys, options).await {
        Ok(catalog) => Ok(catalog),
        Err(created) => match catalog::open(place, options).await {
            Ok(catalog) => Ok(catalog),
            Err(_) => Err(first.unwrap_or(created).into()),
        },
    }
}

/// The keys of a database are those of a pattern, in the same order.
pub(super) fn check_keys(place: &str, catalog: &dyn Catalog, keys: &Keys) -> Result<(), Error> {
    if catalog.keys().names().eq(keys.names()) {
        return Ok(());
    }
    Err(Error::Unusable(format!(
        "{} has incompatible key names {}, the pattern has {keys}",
        shown(place),
        catalog.keys()
    )))
}

/// A database's address without its password.
pub(super) fn shown(place: &str) -> String {
    let hidden = url::Url::parse(place).ok().and_then(|mut url| {
        url.password()?;
        url.set_password(Some("***")).ok()?;
        Some(url.to_string())
    });
    hidden.unwrap_or_else(|| place.to_owned())
}

/// Settings of object stores, by their names there.
pub(super) fn store_config(arguments: &StoreArgs) -> Vec<(&'static str, String)> {
    let mut config = Vec::new();
    let mut add = |name, value: &Option<String>| {
        if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
            config.push((name, value.clone()));
        }
    };
    add("aws_access_key_id", &arguments.s3_access_key);
    add("aws_secret_access_key", &arguments.s3_secret_key);
    if let Some(endpoint) = arguments
        .s3_endpoint
        .as_deref()
        .filter(|text| !text.is_empty())
    {
        // Terracotta takes the endpoint without a scheme, and never speaks TLS with it.
        let url = match endpoint.contains("://") {
            true => endpoint.to_owned(),
            false => format!("http://{endpoint}"),
        };
        config.push(("aws_allow_http", url.starts_with("http://").to_string()));
        config.push(("aws_virtual_hosted_style_request", "false".to_owned()));
        config.push(("aws_endpoint", url));
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_repeats_a_password() {
        assert_eq!(
            shown("mysql://user:secret@host/db"),
            "mysql://user:***@host/db"
        );
        assert_eq!(shown("/data/a.sqlite"), "/data/a.sqlite");
        assert_eq!(shown("mysql://user@host/db"), "mysql://user@host/db");
    }

    #[test]
    fn an_endpoint_without_a_scheme_is_spoken_to_without_tls() {
        let arguments = |endpoint: &str| StoreArgs {
            s3_endpoint: Some(endpoint.to_owned()),
            ..StoreArgs::default()
        };
        let plain = store_config(&arguments("localhost:9000"));
        assert!(plain.contains(&("aws_endpoint", "http://localhost:9000".to_owned())));
        assert!(plain.contains(&("aws_allow_http", "true".to_owned())));
        let safe = store_config(&arguments("https://s3.example.org"));
        assert!(safe.contains(&("aws_allow_http", "false".to_owned())));
        assert!(store_config(&arguments("")).is_empty());
    }
}
