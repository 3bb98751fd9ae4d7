//! From datasets to a picture.

use super::{
    Refusal,
    address::What,
    found::{Found, find},
    reading::Reading,
};
use crate::{
    Error,
    http::{Answer, Incoming, Timing},
    params::Pixels,
    state::{EmptyTile, ServerState},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use catalog::Catalog;
use cog_render::{Error as RenderError, Format, Grid, Ground, Image, Shaded};
use futures_util::future::try_join_all;
use std::sync::Arc;
use tile_math::{BoundingBox, Tile, TileMatrixSet};

/// A tile of which a dataset has less is empty, as in Terracotta.
const LEAST_SHARE: f64 = 0.01;

/// What a request asks for of datasets, which are found.
pub(super) struct Drawing<'a> {
    pub(super) state: &'a ServerState,
    pub(super) incoming: &'a Incoming,
    pub(super) pixels: Pixels,
    pub(super) what: What,
    /// Values of all keys of each.
    pub(super) datasets: Vec<Vec<String>>,
}

/// The images that were read, and what to make of them.
pub(super) struct Read {
    pub(super) images: Vec<Image>,
    pub(super) found: Arc<[Found]>,
}

/// What a picture is made of, in a format of pictures or as numbers.
pub(super) enum Drawn {
    Shades(Shaded),
    Numbers(Image),
}

impl Drawing<'_> {
    /// Draws: `draw` makes of what was read a picture, or, for `npy`, an image.
    pub(super) async fn answer(
        self,
        catalog: &Arc<dyn Catalog>,
        draw: impl FnOnce(Read, bool) -> Result<Drawn, Error> + Send + 'static,
    ) -> Result<Response, Refusal> {
        let (state, incoming) = (self.state, self.incoming);
        let format = match &self.what {
            What::Tile(.., format) | What::Preview(format) => *format,
            What::TileJson => {
                return Err(Refusal(Error::Failed("a document is no picture".into())));
            }
        };
        let tms = state.names.tile_matrix_set(&self.pixels.tms)?;
        let tile = match &self.what {
            What::Tile(z, x, y, _) => match tile_of(&tms, z, x, y) {
                Some(bounds) => Some(bounds),
                // The datasets still have to be there.
                None => {
                    self.found(catalog).await?;
                    return self.empty(format);
                }
            },
            _ => None,
        };
        let mut timing = Timing::start();
        let found = timing.stage("header", self.found(catalog)).await?;
        let identities: Option<Vec<String>> = found.iter().map(Found::identity).collect();
        let tag = identities.as_ref().and_then(|identities| {
            incoming.tag_of(identities.iter().map(String::as_str).collect())
        });
        let mut answer = Answer::to(incoming, state.max_age)
            .tag(tag)
            .kept_in(&state.pictures);
        if let Some(response) = answer.known() {
            return Ok(response);
        }
        let mut admission = timing.stage("queue", state.cpu.admit()).await?;
        let mut grounds = Vec::with_capacity(found.len());
        for found in found.iter() {
            let ground = state
                .grounds
                .of(admission.cpu(), &found.source, &tms, &self.pixels.tms);
            grounds.push(timing.stage("plan", ground).await?);
        }
        let Some(grid) = self.grid(&grounds, &tms, tile)? else {
            return self.empty(format);
        };
        let bytes = grid.pixels() * (found.len() as u64 + 1) * BYTES_OF_PIXEL;
        timing.stage("memory", admission.hold(bytes)).await?;
        let level = state.terracotta.png_compress_level;
        let finish = {
            let found = Arc::clone(&found);
            move |images, timing: &mut Timing| {
                timing.run("encode", || {
                    let drawn = draw(Read { images, found }, format == Format::Npy)?;
                    encode(drawn, format, level)
                })
            }
        };
        let cpu = admission.cpu();
        let reading =
            |(found, ground)| Reading::new(cpu, found, ground, grid.clone(), self.pixels.kernels);
        let mut readings: Vec<Reading<'_>> = found.iter().zip(grounds).map(reading).collect();
        let only = if readings.len() == 1 {
            readings.pop()
        } else {
            None
        };
        let encoded = if let Some(only) = only {
            let made = only.made(|image, timing| finish(vec![image], timing));
            let Some((encoded, part)) = timing.stage("datasets", made).await? else {
                return self.empty(format);
            };
            timing.absorb(&part);
            encoded
        } else {
            let reads = readings.into_iter();
            let reads = reads.map(|reading| reading.made(|image, _| Ok(image)));
            let reads = timing.stage("datasets", try_join_all(reads)).await?;
            let mut images = Vec::with_capacity(reads.len());
            for read in reads {
                let Some((image, part)) = read else {
                    return self.empty(format);
                };
                timing.absorb(&part);
                images.push(image);
            }
            let finished = cpu.run(move || {
                let mut timing = Timing::start();
                (finish(images, &mut timing), timing)
            });
            let (encoded, part) = finished.await?;
            timing.absorb(&part);
            encoded?
        };
        Ok(answer
            .timing(&timing)
            .bytes(format.media_type(), Bytes::from(encoded)))
    }

    async fn found(&self, catalog: &Arc<dyn Catalog>) -> Result<Arc<[Found]>, Error> {
        let datasets = self.datasets.iter();
        let found = try_join_all(datasets.map(|values| find(self.state, catalog, values)));
        Ok(found.await?.into())
    }

    /// The picture's pixels; `None` where one of the datasets hardly reaches.
    fn grid(
        &self,
        grounds: &[Arc<Ground>],
        tms: &TileMatrixSet,
        tile: Option<BoundingBox>,
    ) -> Result<Option<Grid>, Error> {
        let bounds = match tile {
            Some(bounds) => bounds,
            // Of several datasets all are seen where the first one lies.
            None => match grounds.first() {
                Some(first) => first.bounds(),
                None => return Ok(None),
            },
        };
        let hardly = |ground: &Arc<Ground>| ground.covered_share(bounds) < LEAST_SHARE;
        if tile.is_some() && grounds.iter().any(hardly) {
            return Ok(None);
        }
        let (columns, rows) = (self.pixels.columns, self.pixels.rows);
        Ok(Some(Grid::for_bounds(bounds, tms.crs(), columns, rows)?))
    }

    /// The answer where nothing is.
    fn empty(&self, format: Format) -> Result<Response, Refusal> {
        let (columns, rows) = (self.pixels.columns, self.pixels.rows);
        match self.state.terracotta.empty_tile {
            EmptyTile::NoContent => return Ok(StatusCode::NO_CONTENT.into_response()),
            EmptyTile::NotFound => {
                return Err(Refusal(Error::NotFound(
                    "the dataset has nothing there".into(),
                )));
            }
            EmptyTile::Picture => {}
        }
        let shaded = Shaded::empty(columns, rows);
        let bytes = match format {
            // Numbers of no type, of which none counts.
            Format::Npy => {
                return Err(Refusal(Error::NotFound(
                    "the dataset has nothing there".into(),
                )));
            }
            Format::Png => shaded.to_png(self.state.terracotta.png_compress_level)?,
            format => shaded.to_format(format)?,
        };
        let answer = Answer::to(self.incoming, self.state.max_age);
        Ok(answer.bytes(format.media_type(), bytes.into()))
    }
}

/// Bytes that a pixel of a dataset may take while it is worked on: the first step has up to four times as
/// many pixels as the picture, each of up to 8 bytes and a mask, and another of as many says what counts; numbers
/// and shades are beside.
const BYTES_OF_PIXEL: u64 = 5 * 9 + 8 + 4;

/// Where a tile lies; `None` where there is none.
fn tile_of(tms: &TileMatrixSet, z: &str, x: &str, y: &str) -> Option<BoundingBox> {
    let tile = Tile::new(z.parse().ok()?, x.parse().ok()?, y.parse().ok()?);
    tms.is_valid_overzoom(tile)
        .then(|| tms.xy_bounds(tile).ok())
        .flatten()
}

fn encode(drawn: Drawn, format: Format, level: u8) -> Result<Vec<u8>, Error> {
    Ok(match (drawn, format) {
        (Drawn::Shades(shaded), Format::Png) => shaded.to_png(level)?,
        (Drawn::Shades(shaded), format) => shaded.to_format(format)?,
        (Drawn::Numbers(image), _) => cog_render::npy(&image, true)?,
    })
}

/// The shape of keys of which one is asked for by its values: those in the path around it.
pub(super) fn around(
    keys: &catalog::Keys,
    path: &[String],
    key: Option<&str>,
    values: &[String],
) -> Result<Vec<Vec<String>>, Error> {
    let place = match key {
        Some(key) => keys.position(key)?,
        None => keys.len() - 1,
    };
    if path.len() + 1 != keys.len() {
        return Err(Error::Request(match key {
            Some(key) => format!("must specify all keys except {key}"),
            None => "must specify all keys except last one".into(),
        }));
    }
    let with = |value: &String| {
        let mut all = path.to_vec();
        all.insert(place, value.clone());
        all
    };
    Ok(values.iter().map(with).collect())
}

/// One answer of an unknown error of the renderer.
pub(super) fn rendered<T>(result: Result<T, RenderError>) -> Result<T, Error> {
    result.map_err(|error| match error {
        RenderError::InvalidParameter { message, .. } => Error::Request(message),
        error => error.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_their_key_does() {
        let keys = catalog::Keys::new(["date", "tile", "band"]).unwrap();
        let path = ["a".to_owned(), "b".to_owned()];
        let values = ["X".to_owned()];
        let of = |key| around(&keys, &path, key, &values).map(|all| all[0].join(""));
        assert_eq!(of(None).unwrap(), "abX");
        assert_eq!(of(Some("tile")).unwrap(), "aXb");
        assert_eq!(of(Some("date")).unwrap(), "Xab");
        assert!(of(Some("nope")).is_err());
        assert!(around(&keys, &path[..1], None, &values).is_err());
    }

    #[test]
    fn tiles_are_those_of_the_set_and_finer_ones() {
        let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
        assert!(tile_of(&tms, "3", "7", "0").is_some());
        for (z, x, y) in [
            ("3", "8", "0"),
            ("1023", "0", "0"),
            ("99999999999", "0", "0"),
        ] {
            assert!(tile_of(&tms, z, x, y).is_none(), "{z}/{x}/{y}");
        }
    }
}
