//! The pixels of one dataset, and what is made of them.

use super::found::{Found, unreadable};
use crate::{
    Error,
    http::Timing,
    state::{Counters, CpuPool},
};
use cog_raster::{RasterSource as _, SourceError};
use cog_reader::{Cog, Fetched};
use cog_render::{Error as RenderError, Grid, Ground, Image, Plan, TwoStep};
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

/// A dataset and the picture to make of it.
pub(super) struct Reading<'a> {
    cpu: &'a CpuPool,
    key: &'a str,
    steps: Arc<Steps>,
}

/// Where blocks end.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Ends {
    /// Where others begin.
    Guessed,
    /// Where the index says, if it does.
    Looked,
}

/// What the stages need, wherever they run.
struct Steps {
    kernels: TwoStep,
    cog: Cog,
    band: u32,
    ground: Arc<Ground>,
    grid: Grid,
}

/// What became of the blocks that were fetched.
enum Made<T, F> {
    Done(Result<T, Error>),
    /// What counts has to be read of another level.
    Asks(Image, Box<Plan>, F),
    /// Blocks do not end where others begin: they have to be looked up.
    Again(Option<Image>, F),
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        cpu: &'a CpuPool,
        found: &'a Found,
        ground: Arc<Ground>,
        grid: Grid,
        kernels: TwoStep,
    ) -> Self {
        let steps = Steps {
            kernels,
            cog: found.source.cog.clone(),
            band: found.band,
            ground,
            grid,
        };
        Self {
            cpu,
            key: &found.source.key,
            steps: Arc::new(steps),
        }
    }

    /// Reads the dataset and does `then` with its picture, where that is made: a thread that hands work to another
    /// makes the request wait for longer than most of that work takes. `None` where the dataset has nothing.
    pub(super) async fn made<T: Send + 'static>(
        self,
        then: impl FnOnce(Image, &mut Timing) -> Result<T, Error> + Send + 'static,
    ) -> Result<Option<(T, Timing)>, Error> {
        let mut timing = Timing::start();
        let steps = Arc::clone(&self.steps);
        let planned = self.cpu.run(move || steps.plan());
        let plan = match timing.stage("plan", planned).await? {
            Ok(plan) => plan,
            Err(RenderError::OutsideBounds { .. }) => return Ok(None),
            Err(error) => return Err(self.unreadable(error.into())),
        };
        let (mut plan, mut then, mut view) = (Arc::new(plan), then, None);
        let mut ends = Ends::Guessed;
        loop {
            let (fetched, held) = self.fetch(&plan, ends, &mut timing).await?;
            let (steps, planned) = (Arc::clone(&self.steps), Arc::clone(&plan));
            let made = self.cpu.run(move || {
                let mut timing = Timing::start();
                let made = steps.make(&planned, ends, (fetched, held), view, then, &mut timing);
                made.map(|made| (made, timing))
            });
            let (made, part) = made.await?.map_err(|error| self.unreadable(error))?;
            timing.absorb(&part);
            (ends, view, then) = match made {
                Made::Done(done) => return Ok(Some((done?, timing))),
                Made::Asks(view, asked, then) => {
                    plan = Arc::from(asked);
                    (Ends::Guessed, Some(view), then)
                }
                Made::Again(view, then) => (Ends::Looked, view, then),
            };
        }
    }

    async fn fetch(
        &self,
        plan: &Plan,
        ends: Ends,
        timing: &mut Timing,
    ) -> Result<(Fetched, OwnedSemaphorePermit), Error> {
        let held = timing
            .stage("memory", self.cpu.hold(plan.source_bytes()))
            .await?;
        let (cog, request) = (&self.steps.cog, plan.request());
        let counters = Arc::new(Counters::default());
        let fetched = match ends {
            Ends::Guessed => counters.track(cog.fetch(request)).await,
            Ends::Looked => counters.track(cog.fetch_exactly(request)).await,
        };
        let fetched = fetched.map_err(|error| self.unreadable(SourceError::from(error).into()))?;
        counters.tell(timing);
        Ok((fetched, held))
    }

    /// What the client asked for is fine: the raster is not.
    fn unreadable(&self, error: Error) -> Error {
        match error {
            Error::Unusable(_) | Error::NotFound(_) | Error::Denied(_) => {
                unreadable(self.key, error)
            }
            error => error,
        }
    }
}

impl Steps {
    fn plan(&self) -> Result<Plan, RenderError> {
        let info = self.cog.info();
        self.kernels
            .plan(info, &self.ground, &self.grid, &[self.band])
    }

    fn plan_validity(&self, view: &Image) -> Result<Option<Plan>, RenderError> {
        let info = self.cog.info();
        self.kernels
            .plan_validity(info, &self.ground, &self.grid, &[self.band], view)
    }

    /// The picture of what was fetched, which is held no longer than it takes to warp it, and `then` what becomes of that.
    ///
    /// - `view`: what became of the first step, if what was fetched says what of it counts.
    fn make<T, F>(
        &self,
        plan: &Plan,
        ends: Ends,
        (fetched, held): (Fetched, OwnedSemaphorePermit),
        view: Option<Image>,
        then: F,
        timing: &mut Timing,
    ) -> Result<Made<T, F>, Error>
    where
        F: FnOnce(Image, &mut Timing) -> Result<T, Error>,
    {
        // Where the index is silent, ends that were looked up are guessed too.
        let again = ends == Ends::Guessed && fetched.is_guessed();
        let raster = match timing.run("decode", || fetched.decode()) {
            Ok(raster) => raster,
            Err(cog_reader::Error::Block { .. }) if again => {
                return Ok(Made::Again(view, then));
            }
            Err(error) => return Err(SourceError::from(error).into()),
        };
        let warped = timing.run("warp", || plan.warp(&raster))?;
        drop((raster, held));
        let (view, validity) = match view {
            Some(view) => (view, Some(warped)),
            None => (warped, None),
        };
        if validity.is_none()
            && let Some(plan) = timing.run("plan", || self.plan_validity(&view))?
        {
            return Ok(Made::Asks(view, Box::new(plan), then));
        }
        let image = timing.run("apply", || {
            self.kernels.finish(view, validity.as_ref(), &self.grid)
        })?;
        Ok(Made::Done(then(image, timing)))
    }
}
