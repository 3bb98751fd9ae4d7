//! `smalti connect`

use super::{ConnectArgs, LogFormat, run::print};
use crate::{
    Error,
    access::{Policy, PolicyOptions},
    http,
    state::{ServerOptions, ServerState},
};
use serde_json::Value;
use std::{
    net::Ipv4Addr,
    process::{Command, ExitCode, Stdio},
    time::Duration,
};
use url::Url;

/// Ports that are tried; Terracotta's.
const PORTS: core::ops::RangeInclusive<u16> = 5100..=5199;

/// How long the other server may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of an answer that are read at most.
const MOST_BYTES: usize = 8 << 20;

pub(super) async fn connect(arguments: ConnectArgs, _: LogFormat) -> Result<ExitCode, Error> {
    let server = address(&arguments.host)?;
    check(&server).await?;
    let ports = arguments.port.map_or(PORTS, |port| port..=port);
    let listener = http::listen(Ipv4Addr::LOCALHOST.into(), ports).await?;
    let options = ServerOptions {
        cache_bytes: 0,
        ..ServerOptions::default()
    };
    let policy = PolicyOptions {
        served_only: true,
        ..PolicyOptions::default()
    };
    // The viewer alone: it asks the other server.
    let state = ServerState::start(Policy::new(&policy)?, &options, Vec::new(), |_, _| {}).await?;
    let own = listener
        .local_addr()
        .map_err(|error| Error::failed("the port is not known", &error))?;
    let query: String = form_urlencoded::byte_serialize(server.as_bytes()).collect();
    let page = format!("http://{own}/?server={query}");
    print(&format!("listening on {page}"))?;
    if !arguments.no_browser {
        browse(&page);
    }
    http::serve(listener, state, options.http.client_timeout).await?;
    Ok(ExitCode::SUCCESS)
}

/// The server's URL without `/` at its end.
fn address(host: &str) -> Result<String, Error> {
    let wrong = |why: &str| Error::Request(format!("{host:?} is no server's address: {why}"));
    let text = match host.contains("://") {
        true => host.to_owned(),
        false => format!("http://{host}"),
    };
    let mut url = Url::parse(&text).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("it is reached by http or https"));
    }
    // As Terracotta's own port, where only a name is given.
    if !host.contains("://") && url.port().is_none() && url.path() == "/" {
        let _ = url.set_port(Some(5000));
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// The server has keyed datasets.
async fn check(server: &str) -> Result<(), Error> {
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .user_agent(concat!(
            "Mozilla/5.0 (compatible; smalti/",
            env!("CARGO_PKG_VERSION"),
            ")"
        ))
        .build()
        .map_err(|error| Error::failed("no client can be made", &error))?;
    let away = |why: String| {
        Error::Upstream(format!(
            "Could not connect to {server}, check hostname and ensure that Terracotta or smalti is running on the server: {why}"
        ))
    };
    let keys = fetch(&client, &format!("{server}/keys"))
        .await
        .map_err(away)?;
    if !keys["keys"].is_array() {
        return Err(away("what it answers at /keys is no list of keys".into()));
    }
    let document = fetch(&client, &format!("{server}/swagger.json"))
        .await
        .map_err(away)?;
    match document["info"]["version"].as_str() {
        Some(version) => tracing::info!("{server} is of version {version}"),
        None => {
            return Err(away(
                "what it answers at /swagger.json names no version".into(),
            ));
        }
    }
    Ok(())
}

async fn fetch(client: &reqwest::Client, url: &str) -> Result<Value, String> {
    let failed = |error: reqwest::Error| crate::error::chain(&error);
    let mut response = client.get(url).send().await.map_err(failed)?;
    if !response.status().is_success() {
        return Err(format!("{url} answers {}", response.status()));
    }
    let mut body = Vec::new();
    while let Some(more) = response.chunk().await.map_err(failed)? {
        if body.len() + more.len() > MOST_BYTES {
            return Err(format!("{url} answers more than {MOST_BYTES} bytes"));
        }
        body.extend_from_slice(&more);
    }
    serde_json::from_slice(&body).map_err(|error| format!("{url} answers no JSON: {error}"))
}

/// Shows a page; who has no browser has the URL.
fn browse(page: &str) {
    let (program, arguments): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[page])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler", page])
    } else {
        ("xdg-open", &[page])
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Err(error) = command.spawn() {
        tracing::info!("no browser was opened ({error}): open the page yourself");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_completed() {
        for (host, url) in [
            ("localhost", "http://localhost:5000"),
            ("localhost:8000", "http://localhost:8000"),
            ("http://localhost", "http://localhost"),
            (
                "https://example.org/terracotta/?a=b#c",
                "https://example.org/terracotta",
            ),
            ("example.org/tc", "http://example.org/tc"),
        ] {
            assert_eq!(address(host).unwrap(), url, "{host}");
        }
        for wrong in ["", "ftp://host", "http://", "a b"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
