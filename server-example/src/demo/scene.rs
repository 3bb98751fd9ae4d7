//! The pictures that are taken of the landscape.

use super::{
    cover::{Season, is_inside, reflectance},
    grid::SIDE,
    light::Light,
    noise::cell,
    terrain::Terrain,
};
use crate::Error;
use cog_raster::{
    Affine, ColorInterpretation, Mask, MaskKind, Nodata, Raster, RasterInfo, RasterMask,
    SampleType, Samples,
};
use rayon::prelude::*;
use std::sync::Arc;
use tile_math::{BoundingBox, Crs, Transformer};

/// EPSG code of the plane in which the landscape is made: UTM zone 29 north, out in the Atlantic.
const PLANE: u32 = 32629;
/// Easting of the landscape's west edge in metres.
const WEST: f64 = 478_500.0;
/// Northing of its north edge.
const NORTH: f64 = 5_112_000.0;

/// One file of the demo, made row by row.
#[derive(Debug)]
pub(crate) struct Scene {
    /// What the file declares.
    pub(crate) info: RasterInfo,
    terrain: Arc<Terrain>,
    sensor: Sensor,
    /// From the file's CRS to the landscape's plane; `None` where they are the same.
    to_plane: Option<Transformer>,
}

#[derive(Debug)]
enum Sensor {
    Heights,
    Bands(Exposure),
    Photograph(Exposure),
}

/// When a picture was taken, and of how much.
#[derive(Debug)]
struct Exposure {
    season: Season,
    light: Light,
    edge: Edge,
}

/// Where the satellite's swath ends: a slanted line, as orbits are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Edge {
    None,
    West,
    East,
}

impl Edge {
    fn keeps(self, u: f32, v: f32) -> bool {
        match self {
            Self::None => true,
            Self::West => u > 3300.0 - 0.21 * v,
            Self::East => u < 32_600.0 - 0.21 * v,
        }
    }
}

impl Scene {
    /// Heights in metres, geographic coordinates, a third of an arc second.
    pub(crate) fn heights(terrain: &Arc<Terrain>, scale: f64) -> Result<Self, Error> {
        let mut scene = Self::new(
            terrain,
            Sensor::Heights,
            SampleType::F32,
            1,
            &Crs::wgs84(),
            1.0 / 10_800.0 / scale,
        )?;
        let band = &mut scene.info.bands[0];
        band.description = Some("elevation".into());
        band.unit = Some("m".into());
        band.nodata = Some(Nodata::new(-9999.0));
        band.color_interpretation = ColorInterpretation::Gray;
        Ok(scene)
    }

    /// Blue, green, red and near infrared as reflectance × 10 000, in UTM, 15 m.
    pub(crate) fn bands(
        terrain: &Arc<Terrain>,
        scale: f64,
        season: Season,
        sun: (f32, f32),
        edge: Edge,
    ) -> Result<Self, Error> {
        let light = Light::new(&terrain.height, sun.0, sun.1);
        let exposure = Exposure {
            season,
            light,
            edge,
        };
        let mut scene = Self::new(
            terrain,
            Sensor::Bands(exposure),
            SampleType::U16,
            4,
            &plane()?,
            15.0 / scale,
        )?;
        for (band, name) in scene
            .info
            .bands
            .iter_mut()
            .zip(["blue", "green", "red", "nir"])
        {
            band.description = Some(name.into());
            band.nodata = Some(Nodata::new(0.0));
            band.scale = 1e-4;
        }
        scene.info.bands[0].color_interpretation = ColorInterpretation::Blue;
        scene.info.bands[1].color_interpretation = ColorInterpretation::Green;
        scene.info.bands[2].color_interpretation = ColorInterpretation::Red;
        Ok(scene)
    }

    /// A photograph in web mercator, on the pixels of zoom 14.
    pub(crate) fn photograph(terrain: &Arc<Terrain>, scale: f64) -> Result<Self, Error> {
        // The equator's 40 075 016.69 m over 2^14 tiles of 256 pixels.
        const ZOOM_14: f64 = 2.0 * 20_037_508.342_789_244 / (16_384.0 * 256.0);
        let exposure = Exposure {
            season: Season::SUMMER,
            light: Light::new(&terrain.height, 148.0, 56.0),
            edge: Edge::None,
        };
        let mut scene = Self::new(
            terrain,
            Sensor::Photograph(exposure),
            SampleType::U8,
            3,
            &Crs::web_mercator(),
            ZOOM_14 / scale,
        )?;
        scene.info.mask_kind = MaskKind::PerDataset;
        let colors = [
            ColorInterpretation::Red,
            ColorInterpretation::Green,
            ColorInterpretation::Blue,
        ];
        for (band, color) in scene.info.bands.iter_mut().zip(colors) {
            band.color_interpretation = color;
        }
        Ok(scene)
    }

    fn new(
        terrain: &Arc<Terrain>,
        sensor: Sensor,
        sample_type: SampleType,
        bands: u32,
        crs: &Crs,
        resolution: f64,
    ) -> Result<Self, Error> {
        let plane = plane()?;
        let ground = BoundingBox {
            left: WEST,
            bottom: NORTH - f64::from(SIDE),
            right: WEST + f64::from(SIDE),
            top: NORTH,
        };
        let same = *crs == plane;
        let bounds = if same {
            ground
        } else {
            Transformer::new(&plane, crs)
                .and_then(|t| t.transform_bounds(ground, 21))
                .map_err(|e| Error::failed("the demo's ground cannot be placed", &e))?
        };
        // Edges on whole pixels, counted from the CRS's origin.
        let left = (bounds.left / resolution).floor();
        let top = (bounds.top / resolution).ceil();
        let columns = ((bounds.right / resolution).ceil() - left) as u32;
        let rows = (top - (bounds.bottom / resolution).floor()) as u32;
        let mut info = RasterInfo::new(sample_type, bands, columns, rows);
        info.crs = Some(crs.clone());
        info.affine = Some(Affine::new(
            resolution,
            0.0,
            left * resolution,
            0.0,
            -resolution,
            top * resolution,
        ));
        let to_plane = if same {
            None
        } else {
            Some(
                Transformer::new(crs, &plane)
                    .map_err(|e| Error::failed("the demo's ground cannot be placed", &e))?,
            )
        };
        Ok(Self {
            info,
            terrain: Arc::clone(terrain),
            sensor,
            to_plane,
        })
    }

    /// The pixels of `count` rows from `row` on.
    pub(crate) fn rows(&self, row: u32, count: u32) -> Result<Raster, Error> {
        let columns = self.info.width() as usize;
        let pixels = columns * count as usize;
        let bands = self.info.bands.len();
        let broken =
            |e: cog_raster::ShapeError| Error::failed("a demo picture has the wrong shape", &e);
        let raster = match &self.sensor {
            Sensor::Heights => {
                let mut heights = vec![0.0_f32; pixels];
                heights
                    .par_chunks_mut(columns)
                    .enumerate()
                    .for_each(|(line, out)| self.height_line(row + line as u32, out));
                Raster::new(1, count, columns as u32, Samples::F32(heights)).map_err(broken)?
            }
            Sensor::Bands(exposure) => {
                let lines = self.lines(row, count, |row| self.band_line(row, exposure));
                let mut samples = vec![0_u16; pixels * bands];
                for (line, values) in lines.iter().enumerate() {
                    for (band, value) in values.chunks_exact(columns).enumerate() {
                        let start = band * pixels + line * columns;
                        samples[start..start + columns].copy_from_slice(value);
                    }
                }
                Raster::new(4, count, columns as u32, Samples::U16(samples)).map_err(broken)?
            }
            Sensor::Photograph(exposure) => {
                let lines = self.lines(row, count, |row| self.photograph_line(row, exposure));
                let mut samples = vec![0_u8; pixels * bands];
                let mut mask = vec![0_u8; pixels];
                for (line, values) in lines.iter().enumerate() {
                    for (band, value) in values.chunks_exact(columns).enumerate() {
                        let target = if band < bands {
                            &mut samples[band * pixels..]
                        } else {
                            &mut mask[..]
                        };
                        target[line * columns..(line + 1) * columns].copy_from_slice(value);
                    }
                }
                let mask = Mask::new(count, columns as u32, mask).map_err(broken)?;
                Raster::new(3, count, columns as u32, Samples::U8(samples))
                    .and_then(|raster| raster.with_mask(RasterMask::PerDataset(mask)))
                    .map_err(broken)?
            }
        };
        Ok(raster)
    }

    fn lines<T: Send>(
        &self,
        row: u32,
        count: u32,
        line: impl Fn(u32) -> Vec<T> + Sync + Send,
    ) -> Vec<Vec<T>> {
        (row..row + count).into_par_iter().map(line).collect()
    }

    fn height_line(&self, row: u32, out: &mut [f32]) {
        let nodata = -9999.0;
        for (height, place) in out.iter_mut().zip(self.places(row)) {
            *height = match place {
                Some((u, v)) => self.surface(u, v),
                None => nodata,
            };
        }
    }

    /// Height of the ground, or of the lake on it: what a radar sees.
    fn surface(&self, u: f32, v: f32) -> f32 {
        let ground = self.terrain.height.bilinear(u, v);
        if ground > 0.0 {
            ground.max(self.terrain.lake.bilinear(u, v))
        } else {
            ground
        }
    }

    /// Four bands of one row, one after the other.
    fn band_line(&self, row: u32, exposure: &Exposure) -> Vec<u16> {
        let columns = self.info.width() as usize;
        let mut out = vec![0_u16; columns * 4];
        for (col, place) in self.places(row).into_iter().enumerate() {
            let Some((u, v)) = place.filter(|&(u, v)| exposure.edge.keeps(u, v)) else {
                continue;
            };
            let spectrum = self.expose(u, v, exposure);
            for (band, value) in spectrum.into_iter().enumerate() {
                // A sensor's noise: about ten units either way.
                let noise = 20.0 * (cell(col as i32, row as i32, 31 + band as u32) - 0.5);
                out[band * columns + col] = (value * 1e4 + noise).clamp(1.0, 65_535.0) as u16;
            }
        }
        out
    }

    /// Red, green, blue and the mask of one row, one after the other.
    fn photograph_line(&self, row: u32, exposure: &Exposure) -> Vec<u8> {
        let columns = self.info.width() as usize;
        let mut out = vec![0_u8; columns * 4];
        // Blue air before the ground, most of it in blue.
        const HAZE: [f32; 3] = [0.004, 0.007, 0.014];
        for (col, place) in self.places(row).into_iter().enumerate() {
            let Some((u, v)) = place else { continue };
            let [blue, green, red, _] = self.expose(u, v, exposure);
            for (band, value) in [red, green, blue].into_iter().enumerate() {
                let bright = ((value + HAZE[band]) / 0.30).clamp(0.0, 1.0);
                out[band * columns + col] = (255.0 * bright.powf(0.62)).round() as u8;
            }
            out[3 * columns + col] = 255;
        }
        out
    }

    fn expose(&self, u: f32, v: f32, exposure: &Exposure) -> [f32; 4] {
        let slope = self.terrain.height.gradient(u, v);
        let spectrum = reflectance(&self.terrain, (u, v), slope, &exposure.season);
        let height = self.terrain.height.bilinear(u, v);
        let water = height <= 0.0 || self.terrain.lake.bilinear(u, v) > height;
        let light = exposure
            .light
            .on(u, v, if water { (0.0, 0.0) } else { slope });
        spectrum.map(|value| value * light)
    }

    /// Where the pixels of a row lie on the ground; `None` beside it.
    ///
    /// Exact every 32 pixels, linear between: a map projection is that smooth.
    fn places(&self, row: u32) -> Vec<Option<(f32, f32)>> {
        const STEP: usize = 32;
        let columns = self.info.width() as usize;
        let affine = self.info.affine.unwrap_or(Affine::identity());
        let nodes: Vec<Option<(f64, f64)>> = (0..=columns.div_ceil(STEP))
            .map(|node| {
                let (x, y) = affine.apply((node * STEP) as f64 + 0.5, f64::from(row) + 0.5);
                let (x, y) = match &self.to_plane {
                    Some(transformer) => transformer.transform(x, y).ok()?,
                    None => (x, y),
                };
                Some((x - WEST, NORTH - y))
            })
            .collect();
        (0..columns)
            .map(|col| {
                let (a, b) = (nodes[col / STEP]?, nodes[col / STEP + 1]?);
                let t = (col % STEP) as f64 / STEP as f64;
                let (u, v) = (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
                let place = (u as f32, v as f32);
                is_inside(place.0, place.1).then_some(place)
            })
            .collect()
    }
}

fn plane() -> Result<Crs, Error> {
    Crs::from_epsg(PLANE).map_err(|e| Error::failed("the demo's CRS is not there", &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(raster: &Raster, band: u32, index: usize) -> f64 {
        raster
            .samples()
            .value(band as usize * raster.pixels() + index)
            .unwrap()
    }

    #[test]
    fn the_files_show_the_same_land_and_are_the_same_every_time() {
        let terrain = Arc::new(Terrain::new(256));
        let heights = Scene::heights(&terrain, 0.05).unwrap();
        let bands =
            Scene::bands(&terrain, 0.05, Season::SUMMER, (150.0, 55.0), Edge::None).unwrap();
        let all = heights.rows(0, heights.info.height()).unwrap();
        let again = Scene::heights(&Arc::new(Terrain::new(256)), 0.05).unwrap();
        assert_eq!(all, again.rows(0, heights.info.height()).unwrap());

        // Water is dark in the near infrared, high land is not: looked up through the CRSs.
        let picture = bands.rows(0, bands.info.height()).unwrap();
        let to_plane = heights.to_plane.as_ref().unwrap();
        let into = bands.info.affine.unwrap().inverse().unwrap();
        let (mut sea, mut land) = (0, 0);
        for row in (5..heights.info.height() - 5).step_by(7) {
            for col in (5..heights.info.width() - 5).step_by(7) {
                let height = value(&all, 0, (row * heights.info.width() + col) as usize);
                let affine = heights.info.affine.unwrap();
                let (x, y) = affine.apply(f64::from(col) + 0.5, f64::from(row) + 0.5);
                let (x, y) = to_plane.transform(x, y).unwrap();
                let (c, r) = into.apply(x, y);
                let index = (r as u32 * bands.info.width() + c as u32) as usize;
                if !(0.0..f64::from(bands.info.width())).contains(&c) || index >= picture.pixels() {
                    continue;
                }
                let nir = value(&picture, 3, index);
                if (-9000.0..-40.0).contains(&height) {
                    assert!(nir < 400.0, "sea at {col},{row}: {nir}");
                    sea += 1;
                } else if height > 60.0 {
                    land += u32::from(nir > 500.0);
                }
            }
        }
        assert!(sea > 50 && land > 30, "{sea} {land}");
    }

    #[test]
    fn the_photograph_masks_what_is_beside_the_land() {
        let terrain = Arc::new(Terrain::new(128));
        let scene = Scene::photograph(&terrain, 0.05).unwrap();
        let raster = scene.rows(0, scene.info.height()).unwrap();
        let RasterMask::PerDataset(mask) = raster.mask() else {
            panic!("a mask is announced");
        };
        let valid = mask.values().iter().filter(|&&v| v == 255).count();
        assert!(valid < mask.values().len() && valid * 100 > mask.values().len() * 90);
    }
}
