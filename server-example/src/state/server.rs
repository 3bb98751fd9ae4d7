//! The state that all requests share.

use super::{
    CpuPool, Grounds, Items, Known, Layer, LayerSource, Names, Pictures, Requests, Source, Sources,
    StoredItem, TerracottaOptions, Turns, describe_layer,
};
use crate::{
    Error,
    access::{Policy, Target},
};
use catalog::Catalog;
use cog_reader::Color;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::JoinSet};

/// How a server is set up.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerOptions {
    /// Threads of the CPU pool; 0 is one per core.
    pub threads: usize,
    /// Bytes for decoded blocks.
    pub cache_bytes: u64,
    /// Bytes for remote sources' blocks as they are stored.
    pub stored_cache_bytes: u64,
    /// Bytes for encoded pictures.
    pub picture_cache_bytes: u64,
    /// Local files kept open, and as many remote ones.
    pub open_files: usize,
    /// Longest time for opening a source, and for each read of it, tries and waits included.
    pub read_timeout: Duration,
    /// Requests that may hold pixels at a time.
    pub max_requests: usize,
    /// Requests that may wait for that.
    pub max_waiting: usize,
    /// Bytes of sources' pixels that all requests hold at a time.
    pub pixel_bytes: u64,
    /// Seconds for which answers may be kept.
    pub max_age: u32,
    /// After this time an opened remote source is checked for changes.
    pub source_ttl: Duration,
    /// Overviews and masks beside a source that has none are looked for.
    pub sidecars: bool,
    /// What becomes of colours that are neither grey nor RGB nor a palette.
    pub color: Color,
    /// Tile matrix sets, colormaps and algorithms that requests may name.
    pub names: Names,
    /// What answers say about this server.
    pub http: HttpOptions,
    /// Keyed datasets, for Terracotta's paths.
    pub catalog: Option<Arc<dyn Catalog>>,
    /// How those are answered.
    pub terracotta: TerracottaOptions,
}

/// How the server presents itself to its clients.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HttpOptions {
    /// Origins whose pages may ask; `*` is any.
    pub cors_origins: Vec<String>,
    /// The path under which a proxy shows this server, such as `/maps`; empty at its root.
    pub root_path: String,
    /// Whom maps name as the source of the data.
    pub attribution: Option<String>,
    /// What requests have to give as `access_token=`.
    pub access_token: Option<String>,
    /// Bytes that a request's body may have.
    pub body_bytes: usize,
    /// Longest time between two pieces of a request's body.
    pub client_timeout: Duration,
    /// Connections that are open at a time; more are told to come back.
    pub connections: usize,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            cors_origins: vec!["*".to_owned()],
            root_path: String::new(),
            attribution: None,
            access_token: None,
            body_bytes: 8 << 20,
            client_timeout: Duration::from_secs(30),
            connections: 512,
        }
    }
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            threads: 0,
            cache_bytes: 32 << 20,
            stored_cache_bytes: 128 << 20,
            picture_cache_bytes: 64 << 20,
            open_files: 500,
            read_timeout: Duration::from_secs(30),
            max_requests: 64,
            max_waiting: 512,
            pixel_bytes: 1 << 30,
            max_age: 3600,
            source_ttl: Duration::from_secs(300),
            sidecars: false,
            color: Color::Stored,
            names: Names::default(),
            http: HttpOptions::default(),
            catalog: None,
            terracotta: TerracottaOptions::default(),
        }
    }
}

impl ServerOptions {
    /// A digest of what the bytes of answers depend on, beside the request and the sources.
    fn fingerprint(&self) -> String {
        let own = format!(
            "{:?} {} {:?} {:?}",
            self.color, self.sidecars, self.http.attribution, self.terracotta
        );
        crate::http::tag_of([&own, self.names.added()].join("\n").as_bytes())
    }
}

/// What all requests share.
#[derive(Debug)]
pub struct ServerState {
    /// Where pixels are computed.
    pub cpu: CpuPool,
    /// What may be opened.
    pub policy: Arc<Policy>,
    /// What is open.
    pub sources: Sources,
    /// What was answered.
    pub(crate) requests: Requests,
    /// STAC items that were read.
    pub(crate) items: Items,
    /// Pictures that were sent.
    pub(crate) pictures: Pictures,
    /// What requests may name.
    pub names: Names,
    /// How the server presents itself.
    pub http: HttpOptions,
    /// What is shown.
    pub layers: Vec<Layer>,
    /// Layers' ids and what they stand for.
    pub(crate) ids: HashMap<String, Target>,
    /// Seconds for which answers may be kept.
    pub max_age: u32,
    /// Keyed datasets, if there are any.
    pub catalog: Option<Arc<dyn Catalog>>,
    /// How they are answered.
    pub terracotta: TerracottaOptions,
    /// What the catalog said of its datasets.
    pub(crate) known: Known,
    /// Where sources lie in the CRSs of pictures.
    pub(crate) grounds: Grounds,
    /// Whose metadata is being measured.
    pub(crate) turns: Turns,
    /// Of the settings on which the bytes of answers depend, so that their tags do.
    pub(crate) fingerprint: Arc<str>,
}

impl ServerState {
    /// Starts the pools; opens `wanted` and describes each for the map.
    ///
    /// What cannot be opened is reported by `failed` and left out; what is not
    /// georeferenced can still be named in requests.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] if the CPU pool cannot start.
    pub async fn start(
        policy: Policy,
        options: &ServerOptions,
        wanted: Vec<LayerSource>,
        mut failed: impl FnMut(&LayerSource, Error),
    ) -> Result<Arc<Self>, Error> {
        let threads = match options.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let cpu = CpuPool::new(
            threads,
            options.max_requests,
            options.max_waiting,
            options.pixel_bytes,
        )?;
        let policy = Arc::new(policy);
        let sources = Sources::new(&policy, &cpu, options);
        let items = Items::new(&policy, &cpu, options.source_ttl, options.read_timeout);
        let mut state = Self {
            cpu,
            policy,
            sources,
            requests: Requests::default(),
            items,
            pictures: Pictures::new(options.picture_cache_bytes),
            names: options.names.clone(),
            http: options.http.clone(),
            layers: Vec::new(),
            ids: HashMap::new(),
            max_age: options.max_age,
            catalog: options.catalog.clone(),
            terracotta: options.terracotta.clone(),
            known: Known::default(),
            grounds: Grounds::default(),
            turns: Turns::default(),
            fingerprint: options.fingerprint().into(),
        };
        let ids = unique_ids(&wanted);
        for (wanted, id) in wanted.iter().zip(&ids) {
            state.ids.insert(id.clone(), wanted.target.clone());
        }
        let state = Arc::new(state);
        let described = describe_all(&state, wanted, ids, &mut failed).await;
        // Nobody else holds the state yet: the tasks that did have ended.
        match Arc::try_unwrap(state) {
            Ok(mut state) => {
                state.layers = described;
                Ok(Arc::new(state))
            }
            Err(_) => Err(Error::Failed("a start-up task did not end".into())),
        }
    }

    /// What a `url=` stands for, if it may be opened.
    ///
    /// # Errors
    ///
    /// [`Policy::resolve`]'s.
    pub fn resolve(&self, url: &str) -> Result<Target, Error> {
        match self.ids.get(url) {
            Some(target) => Ok(target.clone()),
            None => self.policy.resolve(url),
        }
    }

    /// The STAC item that a `url=` stands for.
    pub(crate) async fn item(&self, url: &str) -> Result<StoredItem, Error> {
        self.items.open(&self.resolve(url)?).await
    }

    /// Opens what a `url=` stands for.
    ///
    /// # Errors
    ///
    /// Not allowed, not there, not readable.
    pub async fn open(&self, url: &str) -> Result<Arc<Source>, Error> {
        self.sources.open(&self.resolve(url)?).await
    }
}

async fn describe_all(
    state: &Arc<ServerState>,
    wanted: Vec<LayerSource>,
    ids: Vec<String>,
    failed: &mut impl FnMut(&LayerSource, Error),
) -> Vec<Layer> {
    /// Sources opened at the same time at start-up.
    const AT_ONCE: usize = 16;
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for (index, (wanted, id)) in wanted.into_iter().zip(ids).enumerate() {
        let (state, slots) = (Arc::clone(state), Arc::clone(&slots));
        tasks.spawn(async move {
            let _slot = slots.acquire().await;
            let result = async {
                let source = state.sources.open(&wanted.target).await?;
                describe_layer(&state.cpu, &source, &wanted, id).await
            };
            (index, result.await, wanted)
        });
    }
    let mut described = Vec::new();
    while let Some(task) = tasks.join_next().await {
        match task {
            Ok((index, Ok(layer), _)) => described.push((index, layer)),
            Ok((_, Err(error), wanted)) => failed(&wanted, error),
            Err(error) => tracing::error!("a layer could not be described: {error}"),
        }
    }
    described.sort_by_key(|(index, _)| *index);
    described.into_iter().map(|(_, layer)| layer).collect()
}

/// An id for each source: its name in plain letters, numbered where names repeat.
fn unique_ids(wanted: &[LayerSource]) -> Vec<String> {
    let mut taken = HashMap::new();
    wanted
        .iter()
        .map(|source| {
            let mut id: String = source
                .name
                .chars()
                .map(|c| {
                    if c.is_ascii_alphanumeric() || "._-".contains(c) {
                        c
                    } else {
                        '-'
                    }
                })
                .collect();
            if id.trim_matches(['-', '.']).is_empty() {
                id = "layer".into();
            }
            loop {
                let count = taken.entry(id.clone()).or_insert(0);
                *count += 1;
                if *count == 1 {
                    return id;
                }
                id = format!("{id}-{count}");
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain_and_unique() {
        let source = |name: &str| LayerSource {
            target: Target::File("a".into()),
            name: name.into(),
            group: None,
            time: None,
        };
        let wanted: Vec<_> = ["dem", "a b/ü", "dem", "dem-2", "", "dem"]
            .map(source)
            .into();
        let ids = unique_ids(&wanted);
        assert_eq!(ids[0], "dem");
        assert_eq!(ids[1], "a-b--");
        let mut unique = ids.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "{ids:?}");
    }
}
