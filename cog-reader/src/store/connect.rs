//! The HTTP client: one for all stores, guarded where URLs come from strangers.

use super::UrlGuard;
use super::stores::StoreOptions;
use async_trait::async_trait;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

/// Hands every store the same client, so that all share its connections.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    options: StoreOptions,
    guarded: bool,
    client: Arc<OnceLock<HttpClient>>,
}

/// What a guard refused. Found again by type in the chain of an error's sources.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(pub(super) String);

impl Connector {
    pub(super) fn new(options: StoreOptions, guarded: bool) -> Self {
        Self {
            options,
            guarded,
            client: Arc::default(),
        }
    }

    fn build(&self) -> object_store::Result<HttpClient> {
        let generic =
            |source: Box<dyn core::error::Error + Send + Sync>| object_store::Error::Generic {
                store: "HTTP",
                source,
            };
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("smalti/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.options.connect_timeout)
            .read_timeout(self.options.read_timeout)
            .timeout(self.options.timeout);
        let guard = self.options.guard.clone().filter(|_| self.guarded);
        let redirect_guard = guard.clone();
        builder = builder.redirect(reqwest::redirect::Policy::custom(move |attempt| {
            if attempt.previous().len() > MAX_REDIRECTS {
                return attempt.error(Refused(format!("more than {MAX_REDIRECTS} redirects")));
            }
            let checked = redirect_guard
                .as_ref()
                .map_or(Ok(()), |guard| check(&**guard, attempt.url()));
            match checked {
                Ok(()) => attempt.follow(),
                Err(message) => attempt.error(Refused(format!("redirected: {message}"))),
            }
        }));
        if let Some(guard) = &guard {
            // A proxy would resolve and connect by itself, past the guard.
            builder = builder
                .no_proxy()
                .dns_resolver(Arc::new(GuardedResolver(Arc::clone(guard))));
        }
        let client = builder.build().map_err(|e| generic(e.into()))?;
        Ok(HttpClient::new(GuardedService { client, guard }))
    }
}

const MAX_REDIRECTS: usize = 5;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        if let Some(client) = self.client.get() {
            return Ok(client.clone());
        }
        let client = self.build()?;
        Ok(self.client.get_or_init(|| client).clone())
    }
}

/// The URL, and its host if that is an address, which no resolver sees.
fn check(guard: &dyn UrlGuard, url: &url::Url) -> Result<(), String> {
    guard.check_url(url)?;
    match url.host() {
        Some(url::Host::Ipv4(address)) => guard.check_address(IpAddr::V4(address)),
        Some(url::Host::Ipv6(address)) => guard.check_address(IpAddr::V6(address)),
        Some(url::Host::Domain(_)) => Ok(()),
        None => Err("the URL has no host".into()),
    }
}

#[derive(Debug)]
struct GuardedService {
    client: reqwest::Client,
    guard: Option<Arc<dyn UrlGuard>>,
}

#[async_trait]
impl HttpService for GuardedService {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if let Some(guard) = &self.guard {
            let refused =
                |message: String| HttpError::new(HttpErrorKind::Unknown, Refused(message));
            let url = url::Url::parse(&request.uri().to_string())
                .map_err(|e| refused(format!("not a URL: {e}")))?;
            check(&**guard, &url).map_err(refused)?;
        }
        self.client.call(request).await
    }
}

/// Resolves names, and drops the addresses that may not be connected to.
#[derive(Debug)]
struct GuardedResolver(Arc<dyn UrlGuard>);

impl reqwest::dns::Resolve for GuardedResolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let guard = Arc::clone(&self.0);
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let mut allowed = Vec::new();
            let mut refusal = None;
            for address in found {
                match guard.check_address(address.ip()) {
                    Ok(()) => allowed.push(address),
                    Err(message) => refusal = Some(message),
                }
            }
            match refusal {
                // One allowed address is enough: only those are connected to.
                Some(message) if allowed.is_empty() => {
                    Err(Refused(format!("{}: {message}", name.as_str())).into())
                }
                _ => Ok(Box::new(allowed.into_iter()) as reqwest::dns::Addrs),
            }
        })
    }
}
