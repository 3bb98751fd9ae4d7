//! Number, mean and variance of values that arrive in pieces.

/// Number, mean, and sum of the squared distances from it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Moments {
    pub(super) count: u64,
    pub(super) mean: f64,
    squares: f64,
}

impl Moments {
    /// Of one piece, in two passes over it: distances from the piece's own mean lose no digits.
    pub(super) fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let (mut count, mut sum) = (0u64, Sum::default());
        values.clone().for_each(|value| {
            count += 1;
            sum.add(value);
        });
        if count == 0 {
            return Self::default();
        }
        let mean = sum.total() / count as f64;
        let mut squares = Sum::default();
        values.for_each(|value| squares.add((value - mean) * (value - mean)));
        Self {
            count,
            mean,
            squares: squares.total(),
        }
    }

    /// Of values that occur several times.
    pub(super) fn of_counts(values: impl Iterator<Item = (f64, u64)> + Clone) -> Self {
        let (mut count, mut sum) = (0u64, Sum::default());
        values.clone().for_each(|(value, times)| {
            count += times;
            sum.add(value * times as f64);
        });
        if count == 0 {
            return Self::default();
        }
        let mean = sum.total() / count as f64;
        let mut squares = Sum::default();
        values.for_each(|(value, times)| {
            squares.add((value - mean) * (value - mean) * times as f64);
        });
        Self {
            count,
            mean,
            squares: squares.total(),
        }
    }

    /// Both pieces together (Chan, Golub, LeVeque 1979).
    pub(super) fn merge(&mut self, other: &Self) {
        if self.count == 0 || other.count == 0 {
            if self.count == 0 {
                *self = *other;
            }
            return;
        }
        let (a, b) = (self.count as f64, other.count as f64);
        let distance = other.mean - self.mean;
        let share = b / (a + b);
        self.mean += distance * share;
        self.squares += other.squares + distance * distance * a * share;
        self.count += other.count;
    }

    /// Standard deviation of the population.
    pub(super) fn deviation(&self) -> f64 {
        (self.squares / self.count as f64).sqrt()
    }
}

/// A sum that carries what rounding took (Neumaier).
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        self.lost += if self.sum.abs() >= value.abs() {
            (self.sum - sum) + value
        } else {
            (value - sum) + self.sum
        };
        self.sum = sum;
    }

    fn total(&self) -> f64 {
        let total = self.sum + self.lost;
        // Where the sum overflows, what it lost is no number.
        if total.is_nan() { self.sum } else { total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_give_what_the_whole_gives() {
        let values: Vec<f64> = (0..1000).map(|k| 1e9 + f64::from(k % 7)).collect();
        let whole = Moments::of(values.iter().copied());
        let mut pieces = Moments::default();
        for piece in values.chunks(33) {
            pieces.merge(&Moments::of(piece.iter().copied()));
        }
        pieces.merge(&Moments::default());
        assert_eq!(pieces.count, 1000);
        assert!((pieces.mean - whole.mean).abs() < 1e-6);
        assert!((pieces.deviation() - whole.deviation()).abs() < 1e-9);
        let counted = Moments::of_counts([(1e9, 2), (1e9 + 2.0, 2)].into_iter());
        assert_eq!((counted.mean, counted.deviation()), (1e9 + 1.0, 1.0));
    }
}
