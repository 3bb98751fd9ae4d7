//! Opening what the command line names: whoever types it may read it.

use crate::{
    Error,
    access::{file_path, is_url, parse_url},
    state::CpuPool,
};
use cog_reader::{Cog, DecodeExecutor, FileReader, OpenOptions, RangeReader, StoreOptions, Stores};
use std::{path::Path, sync::Arc};

/// Opens a path or URL, to be decoded on every core.
pub(super) async fn open(uri: &str) -> Result<(Cog, CpuPool), Error> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let cpu = CpuPool::new(threads, 1, 1)?;
    let reader = reader(uri)?;
    let options = OpenOptions::default().with_executor(Arc::new(Executor(cpu.clone())));
    let cog = Cog::open(reader, options).await?;
    for problem in cog.problems() {
        tracing::warn!("{uri}: {problem}");
    }
    Ok((cog, cpu))
}

fn reader(uri: &str) -> Result<Arc<dyn RangeReader>, Error> {
    if !is_url(uri) {
        return Ok(Arc::new(FileReader::open(Path::new(uri))?));
    }
    let url = parse_url(uri)?;
    if url.scheme() == "file" {
        return Ok(Arc::new(FileReader::open(Path::new(&file_path(&url)?))?));
    }
    Ok(Stores::new(StoreOptions::default()).open(url.as_str())?)
}

#[derive(Debug)]
struct Executor(CpuPool);

impl DecodeExecutor for Executor {
    fn run(&self, job: Box<dyn FnOnce() + Send>) {
        self.0.spawn(job);
    }
}
