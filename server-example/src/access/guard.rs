//! The policy where connections are made.

use super::{Policy, Target};
use bytes::Bytes;
use cog_reader::{
    DecodeExecutor, FileReader, PublicAddresses, RangeReader, ReadError, StoreOptions, Stores,
    UrlGuard,
};
use std::{net::IpAddr, path::Path, sync::Arc};
use url::{Host, Url};

/// Opens what the policy allows.
#[derive(Debug)]
pub(crate) struct Openers {
    /// For hosts on the public internet.
    public: Stores,
    /// For hosts inside the house that the operator named.
    inside: Stores,
}

impl Openers {
    pub(crate) fn new(policy: &Arc<Policy>) -> Self {
        let stores = |inside: bool| {
            let guard = Guard {
                policy: Arc::clone(policy),
                inside,
            };
            let options = StoreOptions::default().with_guard(Arc::new(guard));
            let options = policy
                .stores()
                .settings()
                .fold(options, |options, (name, value)| {
                    options.with_config(name, value)
                });
            Stores::new(options)
        };
        Self {
            public: stores(false),
            inside: stores(true),
        }
    }

    /// A reader of a target's bytes.
    pub(crate) async fn open(&self, target: &Target) -> Result<Arc<dyn RangeReader>, ReadError> {
        match target {
            Target::File(path) => open_file(path),
            Target::Remote { url, private } => self.stores(url, *private).await.open(url.as_str()),
        }
    }

    /// All bytes of a target, if they are at most `limit`.
    pub(crate) async fn read_all(&self, target: &Target, limit: u64) -> Result<Bytes, ReadError> {
        match target {
            Target::File(path) => self.public.read_all(&path.to_string_lossy(), limit).await,
            Target::Remote { url, private } => {
                let stores = self.stores(url, *private).await;
                stores.read_all(url.as_str(), limit).await
            }
        }
    }

    async fn stores(&self, url: &Url, private: bool) -> &Stores {
        if private && resolves_inside(url).await {
            &self.inside
        } else {
            &self.public
        }
    }
}

/// A reader of a local file, whose blocking reads run on threads made for that.
pub(crate) fn open_file(path: &Path) -> Result<Arc<dyn RangeReader>, ReadError> {
    let reader = FileReader::open(path)?;
    Ok(Arc::new(reader.with_executor(Arc::new(Blocking))))
}

/// Whether a URL's host is, or resolves to, an address inside the house.
///
/// A host that does not resolve counts as outside: connecting will say why it fails.
pub(crate) async fn resolves_inside(url: &Url) -> bool {
    let is_inside = |address: IpAddr| PublicAddresses.check_address(address).is_err();
    match url.host() {
        Some(Host::Ipv4(address)) => is_inside(address.into()),
        Some(Host::Ipv6(address)) => is_inside(address.into()),
        Some(Host::Domain(name)) if matches!(url.scheme(), "http" | "https") => {
            match tokio::net::lookup_host((name, 0)).await {
                Ok(mut found) => found.any(|address| is_inside(address.ip())),
                Err(_) => false,
            }
        }
        _ => false,
    }
}

/// Checks what connections are made to.
#[derive(Debug)]
struct Guard {
    policy: Arc<Policy>,
    inside: bool,
}

impl UrlGuard for Guard {
    fn check_url(&self, url: &Url) -> Result<(), String> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!(
                "a URL with the scheme {} is not allowed",
                url.scheme()
            ));
        }
        match self.policy.check(url) {
            // From inside the house a redirect may only lead to where the operator points.
            Ok(named) if self.inside && !named => Err(
                "it leads from a private host to a place that is not allowed by name; add it with --allow-url"
                    .into(),
            ),
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn check_address(&self, address: IpAddr) -> Result<(), String> {
        if self.inside || self.policy.allows_private_networks() {
            Ok(())
        } else {
            PublicAddresses.check_address(address)
        }
    }
}

/// Runs blocking reads on the runtime's threads for blocking work.
#[derive(Debug)]
struct Blocking;

impl DecodeExecutor for Blocking {
    fn run(&self, job: Box<dyn FnOnce() + Send>) {
        // The job reports its own result; the handle has nothing to add.
        drop(tokio::task::spawn_blocking(job));
    }
}
