//! How values between and across source pixels are made.

use crate::Error;

/// A resampling kernel.
///
/// When an output pixel is larger than a source pixel, kernels widen with it, as GDAL's do, so that
/// no source pixel is left out.
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
    /// The cubic B-spline, radius two pixels: it smooths and never overshoots.
    CubicSpline,
    /// The sinc windowed by its own first lobe stretched to radius three pixels.
    Lanczos,
    /// The mean of the source pixels under the output pixel, weighted by the area covered.
    Average,
    /// The value that most of the source pixels under the output pixel have.
    Mode,
    /// A binomial blur, as GDAL makes overviews by it; only within one CRS.
    Gauss,
    /// The square root of the mean of the squares under the output pixel, weighted as in `Average`.
    Rms,
    /// The greatest under the output pixel; only between CRSs, as the five below.
    Max,
    /// The least.
    Min,
    /// The middle one: half of them are less.
    Med,
    /// The first quartile: a quarter of them are less.
    Q1,
    /// The third quartile: three quarters of them are less.
    Q3,
    /// The sum of the source pixels under the output pixel, each as far as it is covered.
    Sum,
}

impl Resampling {
    /// All kernels, in the order in which messages list them.
    pub const ALL: [Self; 15] = [
        Self::Nearest,
        Self::Bilinear,
        Self::Cubic,
        Self::CubicSpline,
        Self::Lanczos,
        Self::Average,
        Self::Mode,
        Self::Gauss,
        Self::Rms,
        Self::Max,
        Self::Min,
        Self::Med,
        Self::Q1,
        Self::Q3,
        Self::Sum,
    ];

    /// Those for pictures in the source's CRS: TiTiler's `resampling`.
    pub const READ: [Self; 9] = [
        Self::Nearest,
        Self::Bilinear,
        Self::Cubic,
        Self::CubicSpline,
        Self::Lanczos,
        Self::Average,
        Self::Mode,
        Self::Gauss,
        Self::Rms,
    ];

    /// Those for pictures in another CRS than the source's: TiTiler's `reproject`.
    pub const WARP: [Self; 14] = [
        Self::Nearest,
        Self::Bilinear,
        Self::Cubic,
        Self::CubicSpline,
        Self::Lanczos,
        Self::Average,
        Self::Mode,
        Self::Max,
        Self::Min,
        Self::Med,
        Self::Q1,
        Self::Q3,
        Self::Sum,
        Self::Rms,
    ];

    /// TiTiler's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nearest => "nearest",
            Self::Bilinear => "bilinear",
            Self::Cubic => "cubic",
            Self::CubicSpline => "cubic_spline",
            Self::Lanczos => "lanczos",
            Self::Average => "average",
            Self::Mode => "mode",
            Self::Gauss => "gauss",
            Self::Rms => "rms",
            Self::Max => "max",
            Self::Min => "min",
            Self::Med => "med",
            Self::Q1 => "q1",
            Self::Q3 => "q3",
            Self::Sum => "sum",
        }
    }

    /// The kernel of that name, of all there are.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] of `resampling` that lists the names there are.
    pub fn parse(name: &str) -> Result<Self, Error> {
        find("resampling", name, &Self::ALL)
    }

    /// The kernel of that name, of those in [`READ`](Self::READ).
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] of `resampling` that lists the names there are.
    pub fn parse_read(name: &str) -> Result<Self, Error> {
        find("resampling", name, &Self::READ)
    }

    /// The kernel of that name, of those in [`WARP`](Self::WARP).
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] of `reproject` that lists the names there are.
    pub fn parse_warp(name: &str) -> Result<Self, Error> {
        find("reproject", name, &Self::WARP)
    }

    /// Refuses a kernel that has no meaning for the way that a picture is made.
    pub(crate) fn fits(self, same_crs: bool) -> Result<Self, Error> {
        let (parameter, kernels, way): (_, &[Self], _) = if same_crs {
            ("resampling", &Self::READ, "within one CRS")
        } else {
            ("reproject", &Self::WARP, "between two CRSs")
        };
        if kernels.contains(&self) {
            return Ok(self);
        }
        let names = names(kernels);
        let message = format!("{self} is no kernel {way}: take one of {names}");
        Err(Error::parameter(parameter, message))
    }

    /// How much coarser than the output pixel an overview may be: GDAL's
    /// oversampling threshold (`GDALBandGetBestOverviewLevel2`), 1.2 for nearest.
    pub(crate) const fn overview_tolerance(self) -> f64 {
        match self {
            Self::Nearest => 1.2,
            _ => 1.0,
        }
    }

    /// The kernel looks at what the target pixel covers, not around its centre.
    pub(crate) const fn covers(self) -> bool {
        matches!(
            self,
            Self::Average
                | Self::Mode
                | Self::Gauss
                | Self::Rms
                | Self::Max
                | Self::Min
                | Self::Med
                | Self::Q1
                | Self::Q3
                | Self::Sum
        )
    }

    /// The kernel puts samples into an order, which complex ones have not.
    pub(crate) const fn orders(self) -> bool {
        matches!(
            self,
            Self::Max | Self::Min | Self::Med | Self::Q1 | Self::Q3
        )
    }

    /// Reach of the kernel from its centre in source pixels, when an output
    /// pixel is `scale` source pixels large.
    pub(crate) fn radius(self, scale: f64) -> f64 {
        match self {
            Self::Nearest => 0.0,
            Self::Bilinear => scale.max(1.0),
            Self::Cubic | Self::CubicSpline => 2.0 * scale.max(1.0),
            Self::Lanczos => 3.0 * scale.max(1.0),
            Self::Gauss => scale / 2.0 + 4.0,
            // A turned pixel reaches farther along an axis than its size.
            _ => scale * 0.75,
        }
    }
}

fn names(kernels: &[Resampling]) -> String {
    kernels
        .iter()
        .map(|kernel| kernel.name())
        .collect::<Vec<_>>()
        .join(", ")
}

fn find(parameter: &'static str, name: &str, kernels: &[Resampling]) -> Result<Resampling, Error> {
    let found = kernels.iter().find(|kernel| kernel.name() == name);
    found.copied().ok_or_else(|| {
        let (names, name) = (names(kernels), crate::text::excerpt(name));
        Error::parameter(parameter, format!("{name} is not one of {names}"))
    })
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
        let error = Resampling::parse_read("lanczos9").unwrap_err().to_string();
        assert_eq!(
            error,
            "resampling: \"lanczos9\" is not one of nearest, bilinear, cubic, cubic_spline, lanczos, \
             average, mode, gauss, rms"
        );
        let error = Resampling::parse_warp("gauss").unwrap_err().to_string();
        assert_eq!(
            error,
            "reproject: \"gauss\" is not one of nearest, bilinear, cubic, cubic_spline, lanczos, \
             average, mode, max, min, med, q1, q3, sum, rms"
        );
    }

    #[test]
    fn each_way_has_its_kernels() {
        for kernel in Resampling::ALL {
            let (read, warp) = (
                Resampling::READ.contains(&kernel),
                Resampling::WARP.contains(&kernel),
            );
            assert!(read || warp, "{kernel}");
            assert_eq!(Resampling::parse_read(kernel.name()).is_ok(), read);
            assert_eq!(Resampling::parse_warp(kernel.name()).is_ok(), warp);
        }
    }
}
