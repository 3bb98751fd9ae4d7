//! The same file gives the same, however its bytes come.

use fuzz::{Delivery, read_everything, seeds, tight};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The fuzz target does the comparing; here its program is any bytes.
    #[test]
    fn values_and_errors_do_not_depend_on_delivery(program in proptest::collection::vec(any::<u8>(), 40)) {
        fuzz::arrival(&program);
    }
}

/// With a cache whole blocks are decoded, without only their first rows.
#[test]
fn a_cut_file_reads_the_same_with_and_without_a_cache() {
    for seed in seeds().iter().filter(|seed| seed.name.contains("cog")) {
        for missing in [1, 13, 60] {
            let bytes = &seed.bytes[..seed.bytes.len().saturating_sub(missing)];
            let [with, without] =
                [Delivery::default().with_cache(), Delivery::default()].map(|delivery| {
                    let delivery = delivery.with_known_size();
                    let everything =
                        read_everything(delivery.reader(bytes.to_vec()), delivery.options(tight()));
                    everything.map(|everything| {
                        let levels = everything.levels.into_iter();
                        levels.map(Result::ok).collect::<Vec<_>>()
                    })
                });
            assert!(with == without, "{}, {missing} bytes", seed.name);
        }
    }
}
