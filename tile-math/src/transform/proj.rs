//! The long tail: CRSs whose method only PROJ itself implements. Feature `proj`.

use core::cell::RefCell;

use crate::{Crs, Error};

/// Transformations kept per thread.
const KEPT: usize = 16;

thread_local! {
    /// PROJ's objects belong to one thread; each makes its own when first needed, the last used stand last.
    static OBJECTS: RefCell<Vec<(Names, proj::Proj)>> = const { RefCell::new(Vec::new()) };
}

/// Source and target as PROJ reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    from: String,
    to: String,
}

impl Names {
    /// Makes sure that PROJ can transform between the two.
    pub(super) fn new(from: &Crs, to: &Crs) -> Result<Self, Error> {
        let names = Self {
            from: text(from),
            to: text(to),
        };
        match create(&names) {
            Ok(_) => Ok(names),
            Err(error) => Err(Error::UnsupportedCrs {
                crs: format!("{from} to {to}"),
                reason: format!("PROJ: {error}"),
            }),
        }
    }

    /// Transforms one point in traditional GIS order.
    pub(super) fn point(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        OBJECTS.with_borrow_mut(|objects| {
            match objects.iter().position(|(names, _)| names == self) {
                // The usual case: it is the last used.
                Some(at) if at + 1 == objects.len() => {}
                Some(at) => {
                    let object = objects.remove(at);
                    objects.push(object);
                }
                None => {
                    if objects.len() >= KEPT {
                        objects.remove(0);
                    }
                    objects.push((self.clone(), create(self).ok()?));
                }
            }
            let (_, object) = objects.last()?;
            let (x, y) = object.convert((x, y)).ok()?;
            (x.is_finite() && y.is_finite()).then_some((x, y))
        })
    }
}

fn create(names: &Names) -> Result<proj::Proj, proj::ProjCreateError> {
    // Normalized for visualization by the crate: easting or longitude first.
    proj::Proj::new_known_crs(&names.from, &names.to, None)
}

fn text(crs: &Crs) -> String {
    match crs.authority() {
        Some((authority, code)) => format!("{authority}:{code}"),
        None => crs.definition().to_proj_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Crs, Transformer};

    /// pyproj 3.7.2, PROJ 9.5.1.
    #[test]
    fn winkel_tripel() {
        let crs = Crs::from_authority("ESRI", "54042").expect("registered");
        let t = Transformer::new(&Crs::wgs84(), &crs).expect("PROJ has it");
        let (x, y) = t.transform(10.0, 50.0).expect("on Earth");
        assert!(
            (x - 761_738.882_516).abs() < 1e-3 && (y - 5_568_704.187_527).abs() < 1e-3,
            "{x} {y}"
        );
        let (lon, lat) = t.inverse().transform(x, y).expect("returns");
        assert!((lon - 10.0).abs() < 1e-8 && (lat - 50.0).abs() < 1e-8);
    }
}
