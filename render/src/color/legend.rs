//! What a colormap looks like.

use super::colormap::Kind;
use crate::compose::palette;
use crate::{Colormap, Error, Picture};

/// Most pixels of a side.
const LONGEST: u32 = 4096;

impl Colormap {
    /// The colours side by side, from the first at the left, or at the top where `vertical`.
    ///
    /// A ramp or table shows its 256 steps; colours by value or by range share the length, in
    /// the order of the values, or of the ranges as they were given. Unless given otherwise a legend is
    /// 256 pixels long, or as long as there are colours, and 20 wide.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] if a side is 0 or longer than 4096 pixels.
    pub fn legend(
        &self,
        width: Option<u32>,
        height: Option<u32>,
        vertical: bool,
    ) -> Result<Picture, Error> {
        let colors = self.listed();
        let length = u32::try_from(colors.len()).unwrap_or(u32::MAX).max(256);
        let (long, short) = (length.min(LONGEST), 20);
        let (usual_width, usual_height) = if vertical {
            (short, long)
        } else {
            (long, short)
        };
        let width = side("width", width.unwrap_or(usual_width))?;
        let height = side("height", height.unwrap_or(usual_height))?;
        let across = if vertical { height } else { width };
        // The colour under the middle of a pixel.
        let index = |at: u32| {
            let place = (2 * u64::from(at) + 1) * colors.len() as u64 / (2 * u64::from(across));
            u32::try_from(place).unwrap_or(u32::MAX)
        };
        let line: Vec<u32> = (0..across).map(index).collect();
        let indexes: Vec<u32> = if vertical {
            line.iter()
                .flat_map(|index| core::iter::repeat_n(*index, width as usize))
                .collect()
        } else {
            line.repeat(height as usize)
        };
        Ok(Picture {
            width,
            height,
            pixels: palette(&indexes, &colors, true),
        })
    }

    /// The colours in their order.
    fn listed(&self) -> Vec<[u8; 4]> {
        match &self.0 {
            Kind::Ramp(steps) => steps.to_vec(),
            Kind::Table(colors) => colors.clone(),
            Kind::Discrete(values) => values.iter().map(|value| value.1).collect(),
            Kind::Intervals(ranges) => ranges.iter().map(|range| range.2).collect(),
        }
    }
}

fn side(name: &'static str, pixels: u32) -> Result<u32, Error> {
    if (1..=LONGEST).contains(&pixels) {
        return Ok(pixels);
    }
    Err(Error::parameter(
        name,
        format!("{pixels} is not from 1 to {LONGEST}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pixels;

    fn colors(picture: &Picture) -> Vec<[u8; 4]> {
        match picture.pixels() {
            Pixels::Indexed { indexes, palette } => {
                indexes.iter().map(|i| palette[usize::from(*i)]).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_ramp_shows_its_steps() {
        let map = Colormap::named("viridis").unwrap();
        let steps = map.steps().unwrap();
        let across = map.legend(None, None, false).unwrap();
        assert_eq!((across.width(), across.height()), (256, 20));
        assert_eq!(colors(&across)[..256], steps[..]);
        let down = map.legend(None, None, true).unwrap();
        assert_eq!((down.width(), down.height()), (20, 256));
        assert_eq!(colors(&down)[20 * 255], steps[255]);
        let small = map.legend(Some(3), Some(1), false).unwrap();
        assert_eq!(colors(&small), [steps[42], steps[128], steps[213]]);
    }

    #[test]
    fn few_colours_share_the_length() {
        let map = Colormap::from_json(r##"{"7": "#00f", "-1": "#f00"}"##).unwrap();
        let legend = map.legend(None, Some(1), false).unwrap();
        let shown = colors(&legend);
        assert_eq!(
            (shown[127], shown[128]),
            ([255, 0, 0, 255], [0, 0, 255, 255])
        );
        let map = Colormap::from_json(r##"[[[5, 9], "#0000"], [[0, 1], "#fff"]]"##).unwrap();
        let shown = colors(&map.legend(Some(2), Some(1), false).unwrap());
        assert_eq!(shown, [[0; 4], [255; 4]]);
    }

    #[test]
    fn sides_are_bounded() {
        let map = Colormap::named("gray").unwrap();
        for (width, height) in [(Some(0), None), (None, Some(0)), (Some(4097), None)] {
            assert!(map.legend(width, height, false).is_err());
        }
    }
}
