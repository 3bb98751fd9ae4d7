//! Where an item lies.

use crate::{Asset, Error, Item};
use cog_raster::{Affine, RasterInfo, SampleType};
use serde_json::{Map, Value};
use tile_math::{BoundingBox, Crs};

/// Where an item's assets lie together.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Footprint {
    /// The CRS of the bounds.
    pub crs: Crs,
    /// The box around all assets. From a `bbox`, `left` is greater than `right` over the antimeridian.
    pub bounds: BoundingBox,
    /// From pixels of the finest asset to coordinates, and columns and rows; `None` where the item does
    /// not say (no `proj:transform` and `proj:shape`).
    pub pixels: Option<(Affine, u32, u32)>,
}

impl Footprint {
    /// The footprint as a source of one byte a pixel, for what asks only where a source lies and how fine
    /// it is: the zooms that make sense. `None` without [`pixels`](Self::pixels): then all zooms do.
    #[must_use]
    pub fn raster_info(&self) -> Option<RasterInfo> {
        let (affine, width, height) = self.pixels?;
        let mut info = RasterInfo::new(SampleType::U8, 1, width, height);
        info.crs = Some(self.crs.clone());
        info.affine = Some(affine);
        Some(info)
    }
}

impl Item {
    /// Where the assets that hold pixels lie together, by rio-tiler's rules.
    ///
    /// - With the projection extension, and all assets that say a transform and a shape (or take the item's) in
    ///   one CRS: the box around them, at the resolution of the finest.
    /// - Else the item's own `proj:transform`, `proj:shape` and CRS.
    /// - Else `bbox`, or the box around `geometry`, in WGS 84.
    ///
    /// # Errors
    ///
    /// [`Error::NoAsset`] if no asset holds pixels, [`Error::Unsupported`] for a CRS that is not known,
    /// [`Error::Malformed`] for numbers that place nothing, or without bbox and geometry.
    pub fn footprint(&self) -> Result<Footprint, Error> {
        let assets: Vec<&Asset> = self.assets().iter().filter(|a| a.has_pixels()).collect();
        if assets.is_empty() {
            return Err(Error::NoAsset);
        }
        if self.declares("projection") || self.declares("proj") {
            if let Some(found) = self.of_assets(&assets)? {
                return Ok(found);
            }
            if let Some(found) = self.own()? {
                return Ok(found);
            }
        }
        let bounds = match self.bbox() {
            Some([west, south, east, north]) => BoundingBox::new(west, south, east, north),
            None => around(self.geometry_value())
                .ok_or_else(|| Error::malformed("it has neither a bbox nor a geometry"))?,
        };
        if !bounds.is_finite() || bounds.bottom > bounds.top {
            return Err(Error::malformed("its bbox holds no area"));
        }
        Ok(Footprint {
            crs: Crs::wgs84(),
            bounds,
            pixels: None,
        })
    }

    fn of_assets(&self, assets: &[&Asset]) -> Result<Option<Footprint>, Error> {
        let own = crs_text(&self.properties);
        let mut placed = Vec::new();
        let mut systems: Vec<String> = own.iter().cloned().collect();
        for asset in assets {
            // What an asset does not say, the item says for it.
            let find = |key: &str| {
                let own = asset.members.get(key).filter(|value| !value.is_null());
                own.or_else(|| self.properties.get(key))
            };
            let Some((affine, width, height)) = pixels(find("proj:transform"), find("proj:shape"))?
            else {
                continue;
            };
            placed.push((affine, affine.bounds(width, height)));
            systems.extend(crs_text(&asset.members));
            if crs_text(&asset.members).is_none() && own.is_none() {
                return Ok(None);
            }
        }
        systems.sort();
        systems.dedup();
        let (Some((first, rest)), [system]) = (placed.split_first(), &systems[..]) else {
            return Ok(None);
        };
        let all = rest
            .iter()
            .fold(first.1, |all, (_, bounds)| all.union(bounds));
        let size = |affine: &Affine| (affine.a.abs(), affine.e.abs());
        let finest = rest.iter().fold(first.0, |finest, (affine, _)| {
            if size(affine) < size(&finest) {
                *affine
            } else {
                finest
            }
        });
        // As rio-tiler counts: a pixel that is not whole is none.
        let count = |length: f64, step: f64| {
            let count = (length / step).floor().abs();
            (count >= 1.0 && count <= f64::from(u32::MAX)).then_some(count as u32)
        };
        let (Some(width), Some(height)) =
            (count(all.width(), finest.a), count(all.height(), finest.e))
        else {
            return Err(Error::malformed(
                "proj:transform and proj:shape hold no pixel",
            ));
        };
        Ok(Some(Footprint {
            crs: crs(system)?,
            bounds: all,
            pixels: Some((Affine::from_bounds(all, width, height), width, height)),
        }))
    }

    fn own(&self) -> Result<Option<Footprint>, Error> {
        let find = |key: &str| self.properties.get(key);
        let Some((affine, width, height)) = pixels(find("proj:transform"), find("proj:shape"))?
        else {
            return Ok(None);
        };
        let Some(system) = crs_text(&self.properties) else {
            return Ok(None);
        };
        Ok(Some(Footprint {
            crs: crs(&system)?,
            bounds: affine.bounds(width, height),
            pixels: Some((affine, width, height)),
        }))
    }
}

/// The CRS as text that [`Crs::parse`] reads: `proj:code`, `proj:epsg`, `proj:wkt2`, `proj:projjson`.
fn crs_text(members: &Map<String, Value>) -> Option<String> {
    let text = |key: &str| {
        members
            .get(key)
            .and_then(Value::as_str)
            .filter(|t| !t.is_empty())
    };
    let epsg = members
        .get("proj:epsg")
        .and_then(Value::as_u64)
        .filter(|code| *code > 0);
    text("proj:code")
        .map(str::to_owned)
        .or_else(|| epsg.map(|code| format!("EPSG:{code}")))
        .or_else(|| text("proj:wkt2").map(str::to_owned))
        .or_else(|| {
            members
                .get("proj:projjson")
                .filter(|v| v.is_object())
                .map(Value::to_string)
        })
}

fn crs(text: &str) -> Result<Crs, Error> {
    Crs::parse(text).map_err(|error| Error::Unsupported {
        what: format!("the item's coordinate reference system ({error})"),
        hint: "a code of EPSG, ESRI or OGC, WKT 2 or PROJJSON of a known projection is needed",
    })
}

/// Transform, columns and rows, where both members are there.
fn pixels(
    transform: Option<&Value>,
    shape: Option<&Value>,
) -> Result<Option<(Affine, u32, u32)>, Error> {
    let list = |value: Option<&Value>| {
        value
            .and_then(Value::as_array)
            .filter(|v| !v.is_empty())
            .cloned()
    };
    let (Some(transform), Some(shape)) = (list(transform), list(shape)) else {
        return Ok(None);
    };
    let numbers: Option<Vec<f64>> = transform.iter().map(Value::as_f64).collect();
    let affine = match numbers.as_deref() {
        Some(&[a, b, c, d, e, f] | &[a, b, c, d, e, f, _, _, _]) => Affine::new(a, b, c, d, e, f),
        _ => {
            return Err(Error::malformed(
                "proj:transform has neither six nor nine numbers",
            ));
        }
    };
    if affine.inverse().is_none() {
        return Err(Error::malformed("proj:transform has no inverse"));
    }
    let length = |value: &Value| {
        let length = value.as_u64().and_then(|length| u32::try_from(length).ok());
        length.filter(|length| *length > 0)
    };
    match &shape[..] {
        [height, width] => match (length(height), length(width)) {
            (Some(height), Some(width)) => Ok(Some((affine, width, height))),
            _ => Err(Error::malformed("proj:shape has no rows or columns")),
        },
        _ => Err(Error::malformed("proj:shape has not two numbers")),
    }
}

/// The box around all positions of a GeoJSON geometry.
fn around(geometry: &Value) -> Option<BoundingBox> {
    let mut points = Vec::new();
    let mut waiting = vec![geometry];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(members) => {
                waiting.extend(members.get("coordinates"));
                waiting.extend(
                    members
                        .get("geometries")
                        .and_then(Value::as_array)
                        .into_iter()
                        .flatten(),
                );
            }
            Value::Array(values) => match (values.first(), values.get(1)) {
                (Some(Value::Number(x)), Some(Value::Number(y))) => {
                    points.extend(x.as_f64().zip(y.as_f64()));
                }
                _ => waiting.extend(values),
            },
            _ => {}
        }
    }
    BoundingBox::of_points(points)
}
