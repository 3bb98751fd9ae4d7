//! Operations on colours from 0 to 1, without bytes between them.

use super::formula::{ColorFormula, Operation};
use super::saturation::saturated;

impl ColorFormula {
    /// What the operations make of one band's place from 0 to 1. Not cut off.
    pub(crate) fn of_one(&self, place: f64) -> f64 {
        self.operations
            .iter()
            .fold(place, |place, operation| match operation {
                Operation::Curve([true, ..], curve) => curve.at(place),
                _ => place,
            })
    }

    /// What the operations make of red, green and blue from 0 to 1. Not cut off.
    pub(crate) fn of_three(&self, planes: &mut [Vec<f64>; 3]) {
        for operation in &self.operations {
            match operation {
                Operation::Curve(bands, curve) => {
                    for (plane, _) in planes.iter_mut().zip(bands).filter(|(_, chosen)| **chosen) {
                        for place in plane {
                            *place = curve.at(*place);
                        }
                    }
                }
                Operation::Saturation(proportion) => {
                    let [r, g, b] = planes;
                    for ((r, g), b) in r.iter_mut().zip(g).zip(b) {
                        [*r, *g, *b] = saturated(*proportion, [*r, *g, *b]);
                    }
                }
            }
        }
    }
}
