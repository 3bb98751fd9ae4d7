//! How values between and across source pixels are made.

use crate::Error;

/// A resampling kernel.
///
/// When an output pixel is larger than a source pixel, `Bilinear` and `Cubic`
/// widen with it, as GDAL's warper does, so that no source pixel is left out.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Resampling {
    /// The source pixel that holds the output pixel's centre.
    #[default]
    Nearest,
    /// A triangle of radius one pixel.
    Bilinear,
    /// Cubic convolution with a = −0.5, radius two pixels.
    Cubic,
    /// The mean of the source pixels under the output pixel, weighted by the area covered.
    Average,
}

impl Resampling {
    /// All kernels, in the order in which messages list them.
    pub const ALL: [Self; 4] = [Self::Nearest, Self::Bilinear, Self::Cubic, Self::Average];

    /// TiTiler's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nearest => "nearest",
            Self::Bilinear => "bilinear",
            Self::Cubic => "cubic",
            Self::Average => "average",
        }
    }

    /// The kernel of that name.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] that lists the names there are.
    pub fn parse(name: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|kernel| kernel.name() == name)
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::name).join(", ");
                let name = crate::text::excerpt(name);
                Error::parameter("resampling", format!("{name} is not one of {names}"))
            })
    }

    /// How much coarser than the output pixel an overview may be: GDAL's
    /// oversampling threshold (`GDALBandGetBestOverviewLevel2`), 1.2 for nearest.
    pub(crate) const fn overview_tolerance(self) -> f64 {
        match self {
            Self::Nearest => 1.2,
            _ => 1.0,
        }
    }

    /// Reach of the kernel from its centre in source pixels, when an output
    /// pixel is `scale` source pixels large.
    pub(crate) fn radius(self, scale: f64) -> f64 {
        match self {
            Self::Nearest => 0.0,
            Self::Bilinear => scale.max(1.0),
            Self::Cubic => 2.0 * scale.max(1.0),
            Self::Average => scale / 2.0,
        }
    }
}

impl core::fmt::Display for Resampling {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

impl core::str::FromStr for Resampling {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::parse(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_unknown_ones_list_what_exists() {
        for kernel in Resampling::ALL {
            assert_eq!(kernel.name().parse::<Resampling>().unwrap(), kernel);
        }
        let error = Resampling::parse("lanczos9").unwrap_err().to_string();
        assert_eq!(
            error,
            "resampling: \"lanczos9\" is not one of nearest, bilinear, cubic, average"
        );
    }
}
