//! The same file gives the same, however its bytes come.

use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The fuzz target does the comparing; here its program is any bytes.
    #[test]
    fn values_and_errors_do_not_depend_on_delivery(program in proptest::collection::vec(any::<u8>(), 40)) {
        fuzz::arrival(&program);
    }
}
