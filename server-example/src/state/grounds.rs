//! Where sources lie in the CRSs of pictures, kept.

use super::{CpuPool, Source};
use crate::Error;
use cog_raster::RasterSource as _;
use cog_render::Ground;
use quick_cache::{Weighter, sync::Cache};
use std::sync::Arc;
use tile_math::TileMatrixSet;

/// Bytes for all that are kept.
const CAPACITY: u64 = 1 << 20;

/// Where sources lie, by name and validator of the source and the tile matrix set's name.
#[derive(Debug)]
pub(crate) struct Grounds(Cache<[String; 3], Arc<Ground>, ByBytes>);

#[derive(Clone, Copy, Debug)]
struct ByBytes;

impl Weighter<[String; 3], Arc<Ground>> for ByBytes {
    fn weight(&self, key: &[String; 3], _: &Arc<Ground>) -> u64 {
        // CRSs are shared.
        (key.iter().map(String::len).sum::<usize>() + 256) as u64
    }
}

impl Default for Grounds {
    fn default() -> Self {
        Self(Cache::with_weighter(1024, CAPACITY, ByBytes))
    }
}

impl Grounds {
    /// Where a source lies in a set's CRS. One of which nobody tells when it changes is looked at every time.
    pub(crate) async fn of(
        &self,
        cpu: &CpuPool,
        source: &Source,
        tms: &Arc<TileMatrixSet>,
        name: &str,
    ) -> Result<Arc<Ground>, Error> {
        let validator = source.validator.as_deref();
        let key = validator.map(|validator| [&source.key, validator, name].map(ToOwned::to_owned));
        if let Some(ground) = key.as_ref().and_then(|key| self.0.get(key)) {
            return Ok(ground);
        }
        let (cog, tms) = (source.cog.clone(), Arc::clone(tms));
        let found = cpu.run(move || Ground::new(cog.info(), tms.crs()));
        let ground = Arc::new(found.await??);
        if let Some(key) = key {
            self.0.insert(key, Arc::clone(&ground));
        }
        Ok(ground)
    }
}
