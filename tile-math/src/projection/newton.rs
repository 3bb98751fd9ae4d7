//! Inverses of projections that have none in closed form.

use core::f64::consts::FRAC_PI_2;

use super::kernel::Pair;

/// Solves `forward(lam, phi) = (x, y)` by Newton's method with a numeric Jacobian.
///
/// `None` if it does not settle, for instance outside the projection's image.
pub(super) fn solve(
    forward: impl Fn(f64, f64) -> Pair,
    (x, y): (f64, f64),
    (mut lam, mut phi): (f64, f64),
) -> Pair {
    const STEP: f64 = 1e-6;
    let mut error = f64::INFINITY;
    for _ in 0..30 {
        let (fx, fy) = forward(lam, phi)?;
        let (dx, dy) = (fx - x, fy - y);
        let now = dx.abs().max(dy.abs());
        if now < 1e-14 || (now < 1e-11 && now >= error) {
            return Some((lam, phi));
        }
        error = now;
        // Differences to the inside, so that they never step over a pole.
        let (h_lam, h_phi) = (
            if lam > 0.0 { -STEP } else { STEP },
            if phi > 0.0 { -STEP } else { STEP },
        );
        let (lx, ly) = forward(lam + h_lam, phi)?;
        let (px, py) = forward(lam, phi + h_phi)?;
        let (xl, yl) = ((lx - fx) / h_lam, (ly - fy) / h_lam);
        let (xp, yp) = ((px - fx) / h_phi, (py - fy) / h_phi);
        let det = xl * yp - xp * yl;
        if det == 0.0 || !det.is_finite() {
            return None;
        }
        lam -= ((dx * yp - dy * xp) / det).clamp(-0.3, 0.3);
        phi -= ((dy * xl - dx * yl) / det).clamp(-0.3, 0.3);
        phi = phi.clamp(-FRAC_PI_2, FRAC_PI_2);
    }
    (error < 1e-9).then_some((lam, phi))
}
