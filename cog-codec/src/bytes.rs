//! Between bytes of either order and machine words.

use crate::ByteOrder;

/// An unsigned integer of 8, 16, 32 or 64 bits.
pub(crate) trait Word: Copy + Default + PartialEq + core::fmt::Debug {
    fn read(bytes: &[u8], order: ByteOrder) -> Vec<Self>;
    fn write(words: &[Self], order: ByteOrder) -> Vec<u8>;
    fn wrapping_add(self, other: Self) -> Self;
    fn wrapping_sub(self, other: Self) -> Self;
}

macro_rules! words {
    ($($type:ty),*) => {$(
        impl Word for $type {

            fn read(bytes: &[u8], order: ByteOrder) -> Vec<Self> {
                let words = bytes.chunks_exact(size_of::<$type>());
                let array = |word: &[u8]| {
                    let mut array = [0; size_of::<$type>()];
                    array.copy_from_slice(word);
                    array
                };
                match order {
                    ByteOrder::Little => words.map(|word| Self::from_le_bytes(array(word))).collect(),
                    ByteOrder::Big => words.map(|word| Self::from_be_bytes(array(word))).collect(),
                }
            }

            fn write(words: &[Self], order: ByteOrder) -> Vec<u8> {
                match order {
                    ByteOrder::Little => words.iter().flat_map(|word| word.to_le_bytes()).collect(),
                    ByteOrder::Big => words.iter().flat_map(|word| word.to_be_bytes()).collect(),
                }
            }

            fn wrapping_add(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            fn wrapping_sub(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
        }
    )*};
}

words!(u8, u16, u32, u64);
