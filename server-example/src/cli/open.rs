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
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let cpu = CpuPool::new(threads, 1, 1, u64::MAX)?;
    let (reader, neighbours) = reader(uri)?;
    let options = OpenOptions::default()
        .with_executor(Arc::new(Executor(cpu.clone())))
        .with_color(how.color.into());
    let cog = if how.sidecars {
        Cog::open_with_sidecars(reader, &*neighbours, options).await?
    } else {
        Cog::open(reader, options).await?
    };
    for problem in cog.problems() {
        tracing::warn!("{uri}: {problem}");
    }
    Ok((cog, cpu))
}

/// A reader of a file, and what opens those beside it.
type Found = (Arc<dyn RangeReader>, Arc<dyn Neighbours>);

fn reader(uri: &str) -> Result<Found, Error> {
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
    let stores = Arc::new(Stores::new(StoreOptions::default()));
    Ok((stores.open(url.as_str())?, stores))
}

#[derive(Debug)]
struct Executor(CpuPool);

impl DecodeExecutor for Executor {
    fn run(&self, job: Box<dyn FnOnce() + Send>) {
        self.0.spawn(job);
    }
}
