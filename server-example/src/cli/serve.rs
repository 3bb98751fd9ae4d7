//! `smalti serve`

use super::{
    DatabaseArgs, ListenArgs, LogFormat, ServeArgs, TerracottaArgs,
    catalogs::{self, shown},
    gather,
    report::Progress,
    run::print,
    sources::expand,
};
use crate::{
    Error,
    access::{Policy, PolicyOptions, StoreConfig},
    http,
    state::{HttpOptions, LayerSource, Names, ServerOptions, ServerState, TerracottaOptions},
};
use catalog::{Catalog, Entry, Keys, MemoryCatalog};
use std::{
    net::{IpAddr, Ipv4Addr},
    ops::RangeInclusive,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

/// The port of what is no keyed dataset.
pub(super) const PORT: RangeInclusive<u16> = 8000..=8000;

/// The ports that Terracotta tries.
const TERRACOTTAS_PORTS: RangeInclusive<u16> = 5000..=5099;

/// What is served.
pub(super) struct Served {
    pub(super) policy: Policy,
    /// Sources, and whether each was named by itself; then it has to open.
    pub(super) wanted: Vec<(LayerSource, bool)>,
    /// The first free of these is listened on, unless one is asked for.
    pub(super) ports: RangeInclusive<u16>,
    /// Keyed datasets.
    pub(super) catalog: Option<Arc<dyn Catalog>>,
    pub(super) terracotta: TerracottaOptions,
}

pub(super) async fn serve(mut arguments: ServeArgs, format: LogFormat) -> Result<ExitCode, Error> {
    if arguments.allow_all_ips {
        arguments.listen.host = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    }
    let store = catalogs::store_config(&arguments.store);
    let mut policy = policy(&arguments.listen)?.with_stores(StoreConfig::new(store.clone()));
    let mut wanted = Vec::new();
    for source in &arguments.sources {
        let (layers, named) = expand(source, &mut policy).await?;
        wanted.extend(layers.into_iter().map(|layer| (layer, named)));
    }
    let catalog = match (&arguments.raster_pattern, &arguments.database) {
        (Some(pattern), _) => {
            let key = arguments.rgb_key.as_deref();
            Some(in_memory(pattern, key, &store).await?)
        }
        (None, Some(place)) if !place.is_empty() => {
            Some(database(place, &arguments.keyed, &store).await?)
        }
        _ => None,
    };
    for (is_given, name) in [(arguments.debug, "debug"), (arguments.profile, "profile")] {
        if is_given {
            tracing::warn!("--{name} has no effect here; see --log-level and /metrics");
        }
    }
    let served = Served {
        policy,
        wanted,
        ports: if catalog.is_some() {
            TERRACOTTAS_PORTS
        } else {
            PORT
        },
        catalog,
        terracotta: terracotta(&arguments.terracotta),
    };
    listen_and_serve(&arguments.listen, served, format).await
}

/// The datasets of files that match a pattern, for as long as the server runs.
async fn in_memory(
    pattern: &str,
    rgb_key: Option<&str>,
    store: &[(&'static str, String)],
) -> Result<Arc<dyn Catalog>, Error> {
    let pattern = gather::pattern(pattern, rgb_key)?;
    let catalog = MemoryCatalog::new(Keys::new(pattern.keys())?);
    let datasets = gather::datasets(&pattern, store).await?;
    tracing::info!("{} files match {pattern}", datasets.len());
    let entries: Vec<Entry> = datasets
        .into_iter()
        .map(|dataset| Entry::new(dataset.values, dataset.path))
        .collect();
    catalog.insert(&entries).await?;
    Ok(Arc::new(catalog))
}

async fn database(
    place: &str,
    arguments: &DatabaseArgs,
    store: &[(&'static str, String)],
) -> Result<Arc<dyn Catalog>, Error> {
    let catalog = catalog::open(place, &catalogs::options(arguments, store)?).await?;
    let written = if catalog.is_writable() {
        ""
    } else {
        ", only to be read"
    };
    tracing::info!("{} has the keys {}{written}", shown(place), catalog.keys());
    Ok(catalog)
}

fn terracotta(arguments: &TerracottaArgs) -> TerracottaOptions {
    TerracottaOptions {
        default_tile_size: arguments.tile_size,
        lazy_loading_max_shape: arguments.lazy_shape,
        resampling_method: arguments.resampling_method.into(),
        reprojection_method: arguments.reprojection_method.into(),
        png_compress_level: arguments.png_level,
        allowed_origins_metadata: arguments.metadata_origins.clone(),
        allowed_origins_tiles: arguments.tile_origins.clone(),
        max_post_metadata_keys: usize::try_from(arguments.max_metadata_keys).unwrap_or(usize::MAX),
        empty_tile: arguments.empty_tile.into(),
        percentiles_as_terracotta: arguments.percentiles_as_terracotta,
    }
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
pub(super) async fn listen_and_serve(
    listen: &ListenArgs,
    served: Served,
    format: LogFormat,
) -> Result<ExitCode, Error> {
    let Served {
        policy,
        wanted,
        ports,
        catalog,
        terracotta,
    } = served;
    // First the port: somebody who has to choose another should not wait for it.
    let ports = listen.port.map_or(ports, |port| port..=port);
    let listener = http::listen(listen.host, ports).await?;
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
        catalog,
        terracotta,
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
