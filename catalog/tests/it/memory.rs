//! The catalog in memory.

use catalog::{Keys, MemoryCatalog, testkit};

#[test]
fn it_keeps_the_contract() {
    let catalog = MemoryCatalog::new(Keys::new(testkit::KEYS).unwrap());
    pollster::block_on(testkit::check_catalog(&catalog)).unwrap();
}
