//! What all answers of pixels begin with.

use super::{Answer, Incoming, Timing};
use crate::{
    Error,
    dataset::{Area, Dataset, Wanted},
    state::{Admission, ServerState},
};
use axum::response::Response;
use cog_render::{BandStatistics, Image, StatisticsOptions};
use core::ops::ControlFlow;
use std::sync::Arc;

/// An answer of pixels: its sources are open, and there is room for it.
#[derive(Debug)]
pub(super) struct Begun<'a> {
    pub(super) dataset: Dataset,
    pub(super) answer: Answer<'a>,
    pub(super) admission: Admission,
    pub(super) timing: Timing,
}

impl<'a> Begun<'a> {
    /// Opens the sources, and waits for room; breaks off with the answer where the client has it already.
    pub(super) async fn of(
        state: &'a ServerState,
        incoming: &'a Incoming,
        wanted: &Wanted,
    ) -> Result<ControlFlow<Response, Self>, Error> {
        let mut timing = Timing::start();
        let dataset = timing.stage("header", Dataset::open(state, wanted)).await?;
        let answer = Answer::to(incoming, state.max_age)
            .tag(incoming.tag(&dataset))
            .kept_in(&state.pictures);
        Self::with(state, dataset, answer, timing).await
    }

    /// As [`of`](Self::of), of what is open.
    pub(super) async fn with(
        state: &ServerState,
        dataset: Dataset,
        mut answer: Answer<'a>,
        mut timing: Timing,
    ) -> Result<ControlFlow<Response, Self>, Error> {
        if let Some(response) = answer.known() {
            return Ok(ControlFlow::Break(response));
        }
        let admission = timing.stage("queue", state.cpu.admit()).await?;
        Ok(ControlFlow::Continue(Self {
            dataset,
            answer,
            admission,
            timing,
        }))
    }

    /// Reads the pixels of an area.
    pub(super) async fn read(&mut self, area: &Arc<Area>) -> Result<Image, Error> {
        self.dataset
            .read(&mut self.admission, area, &mut self.timing)
            .await
    }

    /// Statistics of the bands in an area.
    pub(super) async fn statistics(
        &mut self,
        area: &Arc<Area>,
        options: StatisticsOptions,
    ) -> Result<Vec<BandStatistics>, Error> {
        let image = self.read(area).await?;
        let cpu = self.admission.cpu();
        let computed = cpu.run(move || cog_render::statistics(&image, &options, None));
        Ok(self.timing.stage("statistics", computed).await??)
    }
}
