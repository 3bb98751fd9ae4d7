//! Opening what the command line names: whoever types it may read it.

use super::SourceArgs;
use crate::{
    Error,
    access::{file_path, is_url, parse_url},
    state::CpuPool,
};
use cog_reader::{
    Cog, DecodeExecutor, FileReader, Neighbours, OpenOptions, RangeReader, StoreOptions, Stores,
};
use std::{path::Path, sync::Arc};

/// Opens a path or URL, to be decoded on every core.
pub(super) async fn open(uri: &str, how: SourceArgs) -> Result<(Cog, CpuPool), Error> {
    let files = Files::new(how, &[])?;
    let cog = files.open(uri).await?;
    Ok((cog, files.cpu))
}

/// Opens files, all to be decoded on the same threads.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) cpu: CpuPool,
    stores: Arc<Stores>,
    how: SourceArgs,
}

impl Files {
    /// - `config`: settings of object stores beside those of the environment, by their names there.
    pub(super) fn new(how: SourceArgs, config: &[(&'static str, String)]) -> Result<Self, Error> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut options = StoreOptions::default();
        for (name, value) in config {
            options = options.with_config(*name, value);
        }
        Ok(Self {
            cpu: CpuPool::new(threads, 1, 1, u64::MAX)?,
            stores: Arc::new(Stores::new(options)),
            how,
        })
    }

    /// Opens a path or URL.
    pub(super) async fn open(&self, uri: &str) -> Result<Cog, Error> {
        let (reader, neighbours) = self.reader(uri)?;
        let options = OpenOptions::default()
            .with_executor(Arc::new(Executor(self.cpu.clone())))
            .with_color(self.how.color.into());
        let cog = if self.how.sidecars {
            Cog::open_with_sidecars(reader, &*neighbours, options).await?
        } else {
            Cog::open(reader, options).await?
        };
        for problem in cog.problems() {
            tracing::warn!("{uri}: {problem}");
        }
        Ok(cog)
    }

    fn reader(&self, uri: &str) -> Result<Found, Error> {
        let local = |path: &str| -> Result<Found, Error> {
            let file = Arc::new(FileReader::open(Path::new(path))?);
            Ok((Arc::clone(&file) as Arc<dyn RangeReader>, file))
        };
        if !is_url(uri) {
            return local(uri);
        }
        let url = parse_url(uri)?;
        if url.scheme() == "file" {
            return local(&file_path(&url)?);
        }
        let stores = Arc::clone(&self.stores);
        Ok((stores.open(url.as_str())?, stores))
    }
}

/// A reader of a file, and what opens those beside it.
type Found = (Arc<dyn RangeReader>, Arc<dyn Neighbours>);

#[derive(Debug)]
struct Executor(CpuPool);

impl DecodeExecutor for Executor {
    fn run(&self, job: Box<dyn FnOnce() + Send>) {
        self.0.spawn(job);
    }
}
