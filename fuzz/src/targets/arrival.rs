//! The same file, delivered in another way.

use std::sync::{Arc, OnceLock};

use arbitrary::{Arbitrary, Unstructured};
use cog_reader::{MemoryReader, OpenOptions};

use crate::delivery::Delivery;
use crate::reading::{Everything, read_everything, tight};
use crate::seeds;

/// What is wrong with the file: nothing that its index contradicts, for what then counts depends on
/// which of the two is at hand (`doc/decisions/0011-hostile-input.md`).
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Fault {
    None,
    End(u32),
}

/// Reads a seed, whole or cut off, as it lies in memory and as `bytes` say.
///
/// # Panics
///
/// On a find: another result.
pub fn arrival(bytes: &[u8]) {
    let mut from = Unstructured::new(bytes);
    let Ok((seed, fault, mut delivery)) = <(u16, Fault, Delivery)>::arbitrary(&mut from) else {
        return;
    };
    let seeds = seeds();
    let index = usize::from(seed) % seeds.len();
    let mut bytes = seeds[index].bytes.to_vec();
    if let Fault::End(at) = fault {
        bytes.truncate(at as usize % bytes.len());
        // Where nobody tells a length, a table past the end is only missed when it is needed.
        delivery = delivery.with_known_size();
    }
    let read = read_everything(delivery.reader(bytes.clone()), delivery.options(tight()));
    let whole = || {
        let options = OpenOptions::default().with_limits(tight());
        read_everything(
            Arc::new(MemoryReader::new("file.tif", bytes.clone())),
            options,
        )
    };
    static WHOLE: OnceLock<Vec<OnceLock<Result<Everything, String>>>> = OnceLock::new();
    match fault {
        Fault::None => {
            let all = WHOLE.get_or_init(|| seeds.iter().map(|_| OnceLock::new()).collect());
            assert_same(&read, all[index].get_or_init(whole), &seeds[index].name);
        }
        Fault::End(_) => assert_same(&read, &whole(), &seeds[index].name),
    }
}

/// Values are equal, and errors are met in the same places: their words may tell more of a file whose
/// length is known.
pub(crate) fn assert_same(
    one: &Result<Everything, String>,
    other: &Result<Everything, String>,
    name: &str,
) {
    match (one, other) {
        (Ok(one), Ok(other)) => {
            let info = |everything: &Everything| everything.said.lines().next().map(str::to_owned);
            assert_eq!(info(one), info(other), "{name}");
            assert_eq!(one.levels.len(), other.levels.len());
            for (one, other) in one.levels.iter().zip(&other.levels) {
                match (one, other) {
                    (Ok(one), Ok(other)) => assert!(one == other, "{name}: other pixels"),
                    (Err(_), Err(_)) => {}
                    (one, other) => panic!(
                        "{name}: {:?} and {:?}",
                        one.as_ref().err(),
                        other.as_ref().err()
                    ),
                }
            }
        }
        (Err(_), Err(_)) => {}
        (one, other) => panic!(
            "{name}: {:?} and {:?}",
            one.as_ref().err(),
            other.as_ref().err()
        ),
    }
}
