//! Means of ratios.

/// Geometric mean of how many times faster ours are.
pub(super) fn geometric_mean(ours: &[f64], theirs: &[f64]) -> f64 {
    let logs = ours
        .iter()
        .zip(theirs)
        .map(|(ours, theirs)| (theirs / ours).ln());
    (logs.sum::<f64>() / ours.len() as f64).exp()
}

#[cfg(test)]
mod tests {
    use super::geometric_mean;

    #[test]
    fn a_mean_of_ratios_is_geometric() {
        assert!((geometric_mean(&[1.0, 1.0], &[2.0, 8.0]) - 4.0).abs() < 1e-12);
    }
}
