//! `smalti serve`

use super::{ListenArgs, LogFormat, ServeArgs, report::Progress, run::print, sources::expand};
use crate::{
    Error,
    access::{Policy, PolicyOptions},
    http,
    state::{HttpOptions, LayerSource, Names, ServerOptions, ServerState},
};
use std::{net::SocketAddr, process::ExitCode, time::Duration};

pub(super) async fn serve(arguments: ServeArgs, format: LogFormat) -> Result<ExitCode, Error> {
    let mut policy = policy(&arguments.listen)?;
    let mut wanted = Vec::new();
    for source in &arguments.sources {
        let (layers, named) = expand(source, &mut policy).await?;
        wanted.extend(layers.into_iter().map(|layer| (layer, named)));
    }
    listen_and_serve(&arguments.listen, policy, wanted, format).await
}

/// The access policy that the options ask for.
pub(super) fn policy(listen: &ListenArgs) -> Result<Policy, Error> {
    let mut options = PolicyOptions::default();
    options.allow_urls.clone_from(&listen.allow_urls);
    options.allow_private_networks = listen.allow_private_networks;
    options.served_only = listen.served_only;
    Policy::new(&options)
}

/// What requests may name, with what the operator adds.
fn names(listen: &ListenArgs) -> Result<Names, Error> {
    let mut names = Names::default();
    if let Some(folder) = &listen.tms_dir {
        names.add_tile_matrix_sets(folder)?;
    }
    if let Some(folder) = &listen.colormap_dir {
        names.add_colormaps(folder)?;
    }
    Ok(names)
}

/// Opens the sources, listens, prints the URL, and answers until a signal comes.
///
/// `wanted`: sources, and whether each was named by itself; then it has to open.
pub(super) async fn listen_and_serve(
    listen: &ListenArgs,
    policy: Policy,
    wanted: Vec<(LayerSource, bool)>,
    format: LogFormat,
) -> Result<ExitCode, Error> {
    // First the port: somebody who has to choose another should not wait for it.
    let listener = http::listen(SocketAddr::new(listen.host, listen.port)).await?;
    let options = ServerOptions {
        threads: listen.threads,
        cache_bytes: listen.cache_mb.saturating_mul(1 << 20),
        stored_cache_bytes: listen.stored_cache_mb.saturating_mul(1 << 20),
        picture_cache_bytes: listen.picture_cache_mb.saturating_mul(1 << 20),
        open_files: listen.open_files,
        read_timeout: Duration::from_secs(listen.read_timeout),
        max_requests: listen.max_requests,
        max_waiting: listen.max_waiting,
        pixel_bytes: listen.pixel_mb.saturating_mul(1 << 20),
        max_age: listen.max_age,
        source_ttl: Duration::from_secs(listen.source_ttl),
        sidecars: listen.source.sidecars,
        color: listen.source.color.into(),
        names: names(listen)?,
        http: HttpOptions {
            cors_origins: listen.cors_origins.clone(),
            root_path: listen.root_path.clone(),
            attribution: listen.attribution.clone(),
            access_token: listen.access_token.clone(),
            body_bytes: listen.body_bytes,
            client_timeout: Duration::from_secs(listen.client_timeout),
            connections: listen.max_connections,
        },
        ..ServerOptions::default()
    };

    let must_open: Vec<_> = wanted
        .iter()
        .filter(|(_, named)| *named)
        .map(|(layer, _)| layer.target.key())
        .collect();
    let layers: Vec<_> = wanted.into_iter().map(|(layer, _)| layer).collect();
    let total = layers.len();
    let progress = Progress::new("opening sources", total as u64, format);
    let mut fatal = None;
    let mut skipped = 0;
    let state = ServerState::start(policy, &options, layers, |layer, error| {
        skipped += 1;
        let georeferenced = !matches!(&error, Error::Unusable(m) if m.contains("georeferenced"));
        if georeferenced && must_open.contains(&layer.target.key()) {
            fatal.get_or_insert(error);
        } else {
            tracing::warn!("{} is left out of the map: {error}", layer.target.key());
        }
    })
    .await?;
    if let Some(error) = fatal {
        return Err(error);
    }
    if total > 0 {
        progress.finish();
        tracing::info!("{} of {total} sources are on the map", total - skipped);
    }
    let address = listener
        .local_addr()
        .map_err(|e| Error::failed("the port is not known", &e))?;
    // The one line on standard output, for scripts to wait for.
    print(&format!("listening on http://{address}/"))?;
    http::serve(listener, state, Duration::from_secs(listen.client_timeout)).await?;
    Ok(ExitCode::SUCCESS)
}
