//! A server of keyed datasets, without a socket.

use crate::{files, server::Answer};
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use catalog::{Catalog, Entry, Keys, MemoryCatalog, Metadata};
use smalti::{Policy, PolicyOptions, ServerOptions, ServerState, TerracottaOptions};
use std::{path::Path, sync::Arc};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// The router of a server, and what it runs on.
pub(super) struct Keyed {
    router: Router,
    runtime: Runtime,
    pub(super) catalog: Arc<dyn Catalog>,
    _folder: tempfile::TempDir,
}

impl Keyed {
    /// Serves a catalog of one date with two bands: those of the height model.
    pub(super) fn start() -> Self {
        Self::start_with(TerracottaOptions::default())
    }

    pub(super) fn start_with(terracotta: TerracottaOptions) -> Self {
        Self::serving(terracotta, entries)
    }

    pub(super) fn serving(
        terracotta: TerracottaOptions,
        entries: impl Fn(&Path) -> Vec<Entry>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new().unwrap();
        let keys = Keys::described([("date", ""), ("band", "of the satellite")]).unwrap();
        let catalog: Arc<dyn Catalog> = Arc::new(MemoryCatalog::new(keys));
        let entries = entries(folder.path());
        let mut options = ServerOptions::default();
        options.threads = 2;
        options.catalog = Some(Arc::clone(&catalog));
        options.terracotta = terracotta;
        let policy = Policy::new(&PolicyOptions::default()).unwrap();
        let router = runtime.block_on(async {
            catalog.insert(&entries).await.unwrap();
            let state = ServerState::start(policy, &options, Vec::new(), |_, _| ()).await;
            smalti::router(state.unwrap())
        });
        Self {
            router,
            runtime,
            catalog,
            _folder: folder,
        }
    }

    pub(super) fn ask(&self, request: Request<Body>) -> Answer {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let status = response.status().as_u16();
            let headers = response.headers().iter();
            let headers = headers
                .map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned()))
                .collect();
            let body = axum::body::to_bytes(response.into_body(), 1 << 26).await;
            let body = body.unwrap().to_vec();
            Answer {
                status,
                headers,
                body,
            }
        })
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    pub(super) fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::empty()).unwrap())
    }

    pub(super) fn post(&self, path: &str, body: &str) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        self.ask(request.body(Body::from(body.to_owned())).unwrap())
    }
}

/// The message of an error in Terracotta's form.
pub(super) fn message(answer: &Answer) -> String {
    answer.json()["message"].as_str().unwrap().to_owned()
}

/// Where the UTM files lie, in degrees.
pub(super) fn bounds() -> [f64; 4] {
    let corners = [
        (0.0, 0.0),
        (f64::from(files::WIDTH), 0.0),
        (0.0, f64::from(files::HEIGHT)),
        (f64::from(files::WIDTH), f64::from(files::HEIGHT)),
    ];
    let places = corners.map(|(col, row)| files::place(col - 0.5, row - 0.5));
    let least = |of: fn(&(f64, f64)) -> f64| places.iter().map(of).fold(f64::MAX, f64::min);
    let most = |of: fn(&(f64, f64)) -> f64| places.iter().map(of).fold(f64::MIN, f64::max);
    [least(|p| p.0), least(|p| p.1), most(|p| p.0), most(|p| p.1)]
}

/// What is known of values that rise steadily from one end of the range to the other.
pub(super) fn rising(range: (f64, f64)) -> Metadata {
    let mut metadata = Metadata::constant(bounds(), range.0);
    metadata.range = range;
    metadata.mean = (range.0 + range.1) / 2.0;
    metadata.percentiles = (1..=99)
        .map(|p| (range.0 + (range.1 - range.0) * f64::from(p) / 100.0) as f32)
        .collect();
    metadata
}

/// Two bands of one file on one date, and the first alone on another.
fn entries(folder: &Path) -> Vec<Entry> {
    let dem = files::dem(folder).display().to_string();
    let low = (0.0, 699.599);
    let high = (1000.0, 1699.599);
    vec![
        Entry::new(["20200101", "B1"], dem.clone()).with_metadata(rising(low)),
        Entry::new(["20200101", "B2"], format!("{dem}#band=2")).with_metadata(rising(high)),
        Entry::new(["20200202", "B1"], dem).with_metadata(rising(low)),
    ]
}
