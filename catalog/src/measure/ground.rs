//! Where pixels lie on the ground, in degrees.

use super::ring::{Place, around_pole, extent, geojson, pieces, unroll, wrapped};
use crate::Error;
use cog_raster::{Placement, RasterInfo};
use serde_json::{Value, json};
use tile_math::{BoundingBox, Crs, Transformer};

/// Points on an edge between its ends; Terracotta's.
const DENSIFY: u32 = 21;

/// The way from pixels to degrees.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    placement: Placement,
    to_degrees: Transformer,
    size: (f64, f64),
    /// In the CRS, where columns and rows run along its axes.
    upright: Option<BoundingBox>,
}

impl Ground {
    pub(super) fn new(info: &RasterInfo) -> Result<Self, Error> {
        let nowhere =
            |why: &str| Error::unmeasurable(format!("the raster is not georeferenced: {why}"));
        let crs = info.crs.as_ref().ok_or_else(|| nowhere("it has no CRS"))?;
        let placement = info
            .placement()
            .ok_or_else(|| nowhere("nothing says where its pixels lie"))?;
        let to_degrees = Crs::from_epsg(4326)
            .and_then(|degrees| Transformer::new(crs, &degrees))
            .map_err(|error| nowhere(&error.to_string()))?;
        let upright = placement
            .affine()
            .filter(cog_raster::Affine::is_rectilinear)
            .map(|affine| affine.bounds(info.width(), info.height()));
        Ok(Self {
            placement,
            to_degrees,
            size: (f64::from(info.width()), f64::from(info.height())),
            upright,
        })
    }

    /// West, south, east, north; `west > east` across the antimeridian.
    pub(super) fn bounds(&self) -> Result<[f64; 4], Error> {
        let (west, south, east, north) = match self.upright {
            Some(bounds) => {
                let found = self
                    .to_degrees
                    .transform_bounds(bounds, DENSIFY)
                    .map_err(|error| Error::unmeasurable(error.to_string()))?;
                (found.left, found.bottom, found.right, found.top)
            }
            None => {
                let (w, h) = self.size;
                let corners = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)];
                let mut ring = self.ring(&corners);
                let turned = unroll(&mut ring.places);
                let (west, east) = extent(&ring.places);
                let (south, north) = ring.latitudes();
                if turned == 0.0 {
                    (west, south, east, north)
                } else if self.pole(&corners, &ring) > 0.0 {
                    (-180.0, south, 180.0, 90.0)
                } else {
                    (-180.0, -90.0, 180.0, north)
                }
            }
        };
        let all = [west, south, east, north];
        if !all.iter().all(|number| number.is_finite()) {
            return Err(nowhere_on_earth());
        }
        let (west, east) = if west > east {
            (west, east)
        } else {
            wrapped(west, east)
        };
        Ok([
            west,
            south.clamp(-90.0, 90.0),
            east,
            north.clamp(-90.0, 90.0),
        ])
    }

    /// The GeoJSON polygon whose corners are these pixel positions, cut at the antimeridian and led
    /// to a pole that it holds (RFC 7946, 3.1.9). Its edges are straight in degrees.
    pub(super) fn outline(&self, corners: &[Place]) -> Result<Value, Error> {
        let mut ring = self.ring(corners);
        if ring.places.len() < 3 {
            return Err(nowhere_on_earth());
        }
        let turned = unroll(&mut ring.places);
        let polygons = if turned == 0.0 {
            pieces(&ring.at_corners(corners.len()))
        } else {
            let pole = self.pole(corners, &ring);
            vec![around_pole(&ring.places, turned, pole)]
        };
        let mut rings: Vec<_> = polygons
            .into_iter()
            .map(|ring| {
                geojson(
                    ring.into_iter()
                        .map(|(x, y)| (x, y.clamp(-90.0, 90.0)))
                        .collect(),
                )
            })
            .filter(|ring| ring.len() >= 4)
            .collect();
        match rings.len() {
            0 => Err(nowhere_on_earth()),
            1 => Ok(json!({ "type": "Polygon", "coordinates": [rings.remove(0)] })),
            _ => {
                let polygons: Vec<_> = rings.into_iter().map(|ring| [ring]).collect();
                Ok(json!({ "type": "MultiPolygon", "coordinates": polygons }))
            }
        }
    }

    /// The edges between pixel positions, with points between; what has no image is left out.
    fn ring(&self, corners: &[Place]) -> Ring {
        let mut ring = Ring::default();
        let parts = DENSIFY + 1;
        for (at, from) in corners.iter().enumerate() {
            let to = corners[(at + 1) % corners.len()];
            for step in 0..parts {
                let share = f64::from(step) / f64::from(parts);
                let col = from.0 + (to.0 - from.0) * share;
                let row = from.1 + (to.1 - from.1) * share;
                if let Some(place) = self.place(col, row) {
                    if step == 0 {
                        ring.corners.push(ring.places.len());
                    }
                    ring.places.push(place);
                }
            }
        }
        ring
    }

    fn place(&self, col: f64, row: f64) -> Option<Place> {
        let (x, y) = self.placement.to_ground(col, row)?;
        let (longitude, latitude) = self.to_degrees.point(x, y)?;
        (longitude.is_finite() && latitude.is_finite()).then_some((longitude, latitude))
    }

    /// The latitude of the pole that the pixel positions run around.
    fn pole(&self, corners: &[Place], ring: &Ring) -> f64 {
        let back = self.to_degrees.inverse();
        let holds = |latitude: f64| {
            back.point(0.0, latitude)
                .and_then(|(x, y)| self.placement.to_pixels(x, y))
                .is_some_and(|position| holds(corners, position))
        };
        match (holds(90.0), holds(-90.0)) {
            (true, false) => 90.0,
            (false, true) => -90.0,
            _ => {
                let (south, north) = ring.latitudes();
                90f64.copysign(south + north)
            }
        }
    }
}

/// Places along edges, and which of them are corners.
#[derive(Clone, Debug, Default)]
struct Ring {
    places: Vec<Place>,
    corners: Vec<usize>,
}

impl Ring {
    fn latitudes(&self) -> (f64, f64) {
        self.places.iter().fold(
            (f64::INFINITY, f64::NEG_INFINITY),
            |(s, n), (_, latitude)| (s.min(*latitude), n.max(*latitude)),
        )
    }

    /// The corners; all places where some of the `count` corners have no image.
    fn at_corners(&self, count: usize) -> Vec<Place> {
        if self.corners.len() < count {
            return self.places.clone();
        }
        self.corners.iter().map(|at| self.places[*at]).collect()
    }
}

/// Whether a point lies inside a polygon: it does if a ray from it crosses an odd number of edges.
fn holds(polygon: &[Place], (x, y): Place) -> bool {
    let edges = polygon.iter().zip(polygon.iter().cycle().skip(1));
    edges
        .filter(|(a, b)| (a.1 > y) != (b.1 > y) && x < a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0))
        .count()
        % 2
        == 1
}

fn nowhere_on_earth() -> Error {
    Error::unmeasurable("the raster's outline has no image in degrees (EPSG:4326)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use cog_raster::{Affine, SampleType};

    fn ground(epsg: u32, affine: [f64; 6], size: (u32, u32)) -> Ground {
        let mut info = RasterInfo::new(SampleType::U8, 1, size.0, size.1);
        info.crs = Some(Crs::from_epsg(epsg).unwrap());
        let [a, b, c, d, e, f] = affine;
        info.affine = Some(Affine::new(a, b, c, d, e, f));
        Ground::new(&info).unwrap()
    }

    fn whole(ground: &Ground) -> Value {
        let (w, h) = ground.size;
        ground
            .outline(&[(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)])
            .unwrap()
    }

    fn close(found: [f64; 4], wanted: [f64; 4], within: f64) {
        let near = found
            .iter()
            .zip(wanted)
            .all(|(a, b)| (a - b).abs() <= within);
        assert!(near, "{found:?}, not {wanted:?}");
    }

    /// rasterio 1.4 (PROJ 9.5): `transform_bounds("EPSG:32633", "EPSG:4326", 400000, 5900000, 500000, 6000000, 21)`.
    #[test]
    fn bounds_are_proj_s() {
        let ground = ground(32633, [100.0, 0.0, 4e5, 0.0, -100.0, 6e6], (1000, 1000));
        let wanted = [13.466_774_350_474_16, 53.240_215_5, 15.0, 54.147_5];
        close(ground.bounds().unwrap(), wanted, 0.01);
        let hull = whole(&ground);
        assert_eq!(hull["type"], "Polygon");
        let ring = hull["coordinates"][0].as_array().unwrap();
        assert_eq!(ring.len(), 5);
        assert_eq!(ring[0], ring[4]);
    }

    #[test]
    fn a_raster_across_the_antimeridian_has_its_west_east_of_its_east() {
        // UTM zone 1, from some 80 km west of the antimeridian.
        let ground = ground(32701, [100.0, 0.0, 1e5, 0.0, -100.0, 8e6], (2000, 500));
        let [west, south, east, north] = ground.bounds().unwrap();
        assert!(west > 179.0 && east < -178.0, "{west} {east}");
        assert!(south < north && south > -19.0 && north < -17.0);
        let hull = whole(&ground);
        assert_eq!(hull["type"], "MultiPolygon");
        assert_eq!(hull["coordinates"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn longitudes_of_a_whole_turn_are_a_world() {
        let ground = ground(4326, [1.0, 0.0, 0.0, 0.0, -1.0, 90.0], (360, 180));
        assert_eq!(ground.bounds().unwrap(), [-180.0, -90.0, 180.0, 90.0]);
        assert_eq!(whole(&ground)["type"], "MultiPolygon");
    }

    #[test]
    fn a_raster_over_a_pole_reaches_it() {
        for (epsg, pole) in [(3413, 90.0), (3031, -90.0)] {
            for turned in [false, true] {
                let affine = if turned {
                    [3000.0, 3000.0, -3e6, 3000.0, -3000.0, 0.0]
                } else {
                    [5000.0, 0.0, -2.5e6, 0.0, -5000.0, 2.5e6]
                };
                let ground = ground(epsg, affine, (1000, 1000));
                let [west, south, east, north] = ground.bounds().unwrap();
                assert_eq!((west, east), (-180.0, 180.0));
                let reached = if pole > 0.0 { north } else { south };
                assert_eq!(reached, pole, "{epsg} {turned}");
                let hull = whole(&ground).to_string();
                assert!(hull.contains(&format!("{pole:.1}")), "{hull}");
            }
        }
    }

    #[test]
    fn a_turned_raster_is_boxed_tightly() {
        let ground = ground(4326, [1.0, 1.0, 0.0, 1.0, -1.0, 0.0], (10, 10));
        assert_eq!(ground.bounds().unwrap(), [0.0, -10.0, 20.0, 10.0]);
        assert_eq!(
            whole(&ground)["coordinates"][0],
            json!([
                [10.0, -10.0],
                [20.0, 0.0],
                [10.0, 10.0],
                [0.0, 0.0],
                [10.0, -10.0]
            ])
        );
    }

    #[test]
    fn what_is_nowhere_is_said_to_be() {
        let info = RasterInfo::new(SampleType::U8, 1, 4, 4);
        let error = Ground::new(&info).unwrap_err().to_string();
        assert!(error.contains("no CRS"), "{error}");
        let far = ground(32633, [1e30, 0.0, 1e30, 0.0, -1e30, 1e30], (4, 4));
        assert!(far.bounds().is_err());
        assert!(far.outline(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0)]).is_err());
    }
}
