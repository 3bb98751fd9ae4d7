//! Between which zooms of a map a source makes sense.

use crate::Error;
use crate::grid::{georeference, suggested_for};
use cog_raster::RasterInfo;
use tile_math::{TileMatrixSet, ZoomStrategy};

/// The least and greatest zoom that make sense for a source, by rio-tiler's rules:
/// the greatest shows the full resolution, the least still fills half a tile.
///
/// # Errors
///
/// [`Error::NotGeoreferenced`] if it lies nowhere; [`Error::Projection`] if there is no way to the set's CRS or if the source's resolution fits no zoom.
pub fn zoom_range(info: &RasterInfo, tms: &TileMatrixSet) -> Result<(i8, i8), Error> {
    let (resolution, columns, rows) = if info.crs.as_ref() == Some(tms.crs()) {
        let (_, _, around) = georeference(info)?;
        let (x, y) = around.affine.resolution();
        (x.max(y), around.width, around.height)
    } else {
        let suggested = suggested_for(info, tms.crs())?;
        // Casts saturate; the halvings then are as many as there can be.
        let (columns, rows) = (suggested.columns as u32, suggested.rows as u32);
        (suggested.resolution, columns, rows)
    };
    let tile = tms
        .matrix(tms.min_zoom())
        .map_or(256, |matrix| matrix.tile_width)
        .max(1);
    // rio-tiler halves with integer division until the shorter side fits into a tile.
    let mut halvings = 0_u32;
    let mut shorter = columns.min(rows);
    while shorter > tile {
        shorter /= 2;
        halvings += 1;
    }
    let zoom = |resolution: f64| {
        tms.zoom_for_resolution(resolution, ZoomStrategy::Auto)
            .map_err(|e| Error::projection(format!("the source fits no zoom of {}", tms.id()), e))
    };
    Ok((
        zoom(resolution * f64::from(halvings).exp2())?,
        zoom(resolution)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::zoom_range;
    use cog_raster::{Affine, RasterInfo, SampleType};
    use tile_math::{Crs, TileMatrixSet};

    fn info(width: u32, height: u32) -> RasterInfo {
        let mut info = RasterInfo::new(SampleType::U16, 1, width, height);
        info.crs = Some(Crs::web_mercator());
        // Exactly zoom 10 of 256-pixel tiles.
        let resolution = 156_543.033_928_040_97 / 1024.0;
        info.affine = Some(Affine::new(resolution, 0.0, 0.0, 0.0, -resolution, 0.0));
        info
    }

    #[test]
    fn zooms_span_from_one_tile_to_the_full_resolution() {
        let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
        let zooms = |width, height| zoom_range(&info(width, height), &tms).unwrap();
        assert_eq!(zooms(256, 256), (10, 10));
        assert_eq!(zooms(512, 600), (9, 10));
        // 600 / 2 = 300 is more than a tile, so once more.
        assert_eq!(zooms(600, 600), (8, 10));
        assert_eq!(zooms(4096, 5000), (6, 10));
        assert_eq!(zooms(10, 10), (10, 10));
    }
}
