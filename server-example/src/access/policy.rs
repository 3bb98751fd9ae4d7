//! Which `url=` may be opened.

use super::{path::Roots, prefix::Prefix, stores::StoreConfig};
use crate::Error;
use cog_reader::{PublicAddresses, UrlGuard as _};
use std::{
    io,
    net::IpAddr,
    path::{Path, PathBuf},
};
use url::{Host, Url};

/// What the operator allows beyond what is served.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PolicyOptions {
    /// URL prefixes that requests may name. Empty: any `http` and `https` URL on the public internet.
    pub allow_urls: Vec<String>,
    /// Whether requests may reach loopback, link-local and private addresses.
    pub allow_private_networks: bool,
    /// Whether only what is served may be named.
    pub served_only: bool,
}

/// Decides what a `url=` may open.
///
/// Always allowed: what the server was started with. Besides: `http` and
/// `https` on the public internet, or, once prefixes are configured, those and
/// nothing else. Buckets (`s3`, `gs`, `az`) are read with the server's own
/// credentials, so they are never open unless served or configured.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    roots: Roots,
    served: Vec<Prefix>,
    allowed: Vec<Prefix>,
    allow_private_networks: bool,
    served_only: bool,
    stores: StoreConfig,
}

/// Something that may be opened.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Target {
    /// A file, by its canonical path.
    File(PathBuf),
    /// A URL.
    Remote {
        /// Where it is.
        url: Url,
        /// Whether its host may be inside the house: the operator named it.
        private: bool,
    },
}

impl Target {
    /// The name under which the source is cached and reported.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Remote { url, .. } => url.to_string(),
        }
    }
}

impl Policy {
    /// A policy that so far serves nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] if a prefix is not one.
    pub fn new(options: &PolicyOptions) -> Result<Self, Error> {
        let allowed = options
            .allow_urls
            .iter()
            .map(|text| {
                Prefix::parse(text).map_err(|e| Error::Request(format!("--allow-url: {e}")))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            allowed,
            allow_private_networks: options.allow_private_networks,
            served_only: options.served_only,
            ..Self::default()
        })
    }

    /// Sets how object stores are reached, beside what the environment says.
    #[must_use]
    pub fn with_stores(mut self, stores: StoreConfig) -> Self {
        self.stores = stores;
        self
    }

    /// How object stores are reached, beside what the environment says.
    pub(crate) const fn stores(&self) -> &StoreConfig {
        &self.stores
    }

    /// A policy for a command line: whoever starts the program may read what they name.
    #[must_use]
    pub fn trusting() -> Self {
        Self {
            allow_private_networks: true,
            ..Self::default()
        }
    }

    /// Serves a file or folder; returns its canonical path.
    ///
    /// # Errors
    ///
    /// The path's own error.
    pub fn serve_path(&mut self, path: &Path) -> io::Result<PathBuf> {
        self.roots.add(path)
    }

    /// Serves a URL and what is below it.
    pub fn serve_url(&mut self, url: &Url) {
        self.served.push(Prefix::of(url));
    }

    /// Whether loopback, link-local and private addresses may be reached by anybody.
    #[must_use]
    pub const fn allows_private_networks(&self) -> bool {
        self.allow_private_networks
    }

    /// What a `url=` stands for, if it may be opened.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] with the flag that would allow it, [`Error::NotFound`]
    /// for a path under a served root that is not there, [`Error::Request`] for
    /// what is no URL.
    pub fn resolve(&self, asked: &str) -> Result<Target, Error> {
        if asked.trim().is_empty() {
            return Err(Error::Parameter(
                "url is empty; give a layer's id, a path under a served folder, or a URL".into(),
            ));
        }
        if !is_url(asked) {
            return self.roots.resolve(asked).map(Target::File);
        }
        let url = parse_url(asked)?;
        if url.scheme() == "file" {
            let path = file_path(&url)?;
            return self.roots.resolve(&path).map(Target::File);
        }
        let private = self.check(&url)?;
        Ok(Target::Remote { url, private })
    }

    /// Checks a URL, also one that a redirect names; tells whether its host may be a private one.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`].
    pub fn check(&self, url: &Url) -> Result<bool, Error> {
        if self.served.iter().any(|prefix| prefix.covers(url)) {
            return Ok(true);
        }
        let denied = |why: &str| Error::Denied(format!("{} may not be read: {why}", display(url)));
        if self.served_only {
            return Err(denied(
                "the server reads only what it was started with (--served-only)",
            ));
        }
        let named = match self
            .allowed
            .iter()
            .filter(|p| p.covers(url))
            .max_by_key(|p| p.names_host())
        {
            Some(prefix) => prefix.names_host(),
            None if !self.allowed.is_empty() => {
                return Err(denied(
                    "it is under none of the allowed prefixes; start the server with --allow-url PREFIX to add one",
                ));
            }
            None if matches!(url.scheme(), "http" | "https") => false,
            None => {
                return Err(denied(
                    "buckets are read with the server's credentials; start the server with --allow-url and the \
                     bucket's URL to open it",
                ));
            }
        };
        let private = named || self.allow_private_networks;
        if !private && matches!(url.scheme(), "http" | "https") {
            let address = match url.host() {
                Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
                Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
                _ => None,
            };
            if let Some(Err(reason)) = address.map(|a| PublicAddresses.check_address(a)) {
                return Err(denied(&format!(
                    "{reason}; start the server with --allow-url and the URL's prefix, or with \
                     --allow-private-networks"
                )));
            }
        }
        Ok(private)
    }
}

/// Whether a source is named by a URL and not by a path: it starts with a scheme and `://`.
pub(crate) fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

/// Reads a URL that a client or an operator wrote.
pub(crate) fn parse_url(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|error| {
        Error::Request(format!(
            "{text:?} is not a URL: {error}; write one as in https://example.org/cog.tif"
        ))
    })?;
    const SCHEMES: [&str; 11] = [
        "file", "http", "https", "s3", "s3a", "gs", "az", "azure", "adl", "abfs", "abfss",
    ];
    if !SCHEMES.contains(&url.scheme()) {
        return Err(Error::Request(format!(
            "{text:?} has the scheme {:?}, which is not supported; use http, https, s3, gs, az, file or a path",
            url.scheme()
        )));
    }
    // Azure writes container@account in the place of a user.
    let user = !url.username().is_empty() && !url.scheme().starts_with("abfs");
    if user || url.password().is_some() {
        return Err(Error::Request(
            "the URL holds a user name or password; give credentials to the server's environment instead".into(),
        ));
    }
    if url.fragment().is_some() {
        return Err(Error::Request(format!(
            "{text:?} has a fragment; write %23 for a # in a name"
        )));
    }
    if url.scheme() != "file" && url.host_str().is_none_or(str::is_empty) {
        return Err(Error::Request(format!("{text:?} names no host or bucket")));
    }
    Ok(url)
}

/// The path of a `file:` URL.
pub(crate) fn file_path(url: &Url) -> Result<String, Error> {
    url.to_file_path()
        .ok()
        .and_then(|path| path.into_os_string().into_string().ok())
        .ok_or_else(|| {
            Error::Denied(format!(
                "{} is not a file of this machine; write file:///path",
                display(url)
            ))
        })
}

/// A URL for messages: without its query, which may hold a signature.
pub(crate) fn display(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(allow: &[&str]) -> Policy {
        Policy::new(&PolicyOptions {
            allow_urls: allow.iter().map(|&s| s.to_owned()).collect(),
            ..PolicyOptions::default()
        })
        .unwrap()
    }

    #[test]
    fn public_urls_are_open_by_default_private_ones_are_not() {
        let policy = policy(&[]);
        assert!(policy.resolve("https://example.org/a.tif").is_ok());
        for url in [
            "http://127.0.0.1/a.tif",
            "http://2130706433/a.tif",
            "http://0x7f.1/a.tif",
            "http://0177.0.0.1/a.tif",
            "http://127.1/a.tif",
            "http://169.254.169.254/latest/meta-data/",
            "http://[::1]/a.tif",
            "http://[::ffff:169.254.169.254]/",
            "http://①②⑦.0.0.1/a.tif",
            "s3://bucket/a.tif",
            "gs://bucket/a.tif",
            "az://container/a.tif",
            "file:///etc/passwd",
            "file://localhost/etc/passwd",
            "FILE:///etc/passwd",
            "/etc/passwd",
            "../etc/passwd",
            "/vsicurl/http://127.0.0.1/a.tif",
        ] {
            let result = policy.resolve(url);
            assert!(matches!(result, Err(Error::Denied(_))), "{url}: {result:?}");
        }
    }

    #[test]
    fn what_is_no_source_is_a_bad_request() {
        let policy = policy(&[]);
        for url in [
            "ftp://h/a.tif",
            "gopher://h",
            "http://",
            "https://u:p@h/a.tif",
            "https://h/a#b",
        ] {
            let result = policy.resolve(url);
            assert!(
                matches!(result, Err(Error::Request(_))),
                "{url}: {result:?}"
            );
        }
    }

    #[test]
    fn prefixes_replace_the_default_and_may_name_private_hosts() {
        let policy = policy(&["http://127.0.0.1:9000/data", "https://", "s3://bucket/"]);
        let private = |url: &str| match policy.resolve(url) {
            Ok(Target::Remote { private, .. }) => Some(private),
            _ => None,
        };
        assert_eq!(private("http://127.0.0.1:9000/data/a.tif"), Some(true));
        assert_eq!(private("https://example.org/a.tif"), Some(false));
        assert_eq!(private("s3://bucket/a.tif"), Some(true));
        for url in [
            "http://127.0.0.1:9000/other/a.tif",
            "http://127.0.0.1:9001/data/a.tif",
            "https://127.0.0.1/a.tif",
            "http://example.org/a.tif",
            "s3://other/a.tif",
        ] {
            assert_eq!(private(url), None, "{url}");
        }
    }

    #[test]
    fn what_is_served_is_open_even_where_nothing_else_is() {
        let mut policy = Policy::new(&PolicyOptions {
            served_only: true,
            ..PolicyOptions::default()
        })
        .unwrap();
        policy.serve_url(&Url::parse("http://127.0.0.1:8080/a.tif").unwrap());
        assert!(policy.resolve("http://127.0.0.1:8080/a.tif").is_ok());
        assert!(policy.resolve("http://127.0.0.1:8080/b.tif").is_err());
        assert!(policy.resolve("https://example.org/a.tif").is_err());
    }

    #[test]
    fn signatures_do_not_show_in_messages() {
        let url = Url::parse("https://h/a.tif?X-Signature=secret").unwrap();
        assert_eq!(display(&url), "https://h/a.tif");
    }
}
