//! Between bytes of either order and machine words.

use crate::ByteOrder;

/// An unsigned integer of 8, 16, 32 or 64 bits.
pub(crate) trait Word: Copy + Default + PartialEq + core::fmt::Debug {
    fn read(bytes: Vec<u8>, order: ByteOrder) -> Vec<Self>;
    /// Reads as many words as both hold.
    fn load(bytes: &[u8], order: ByteOrder, words: &mut [Self]);
    /// A word from its bytes in planes, the most significant first: that at `index` of each.
    fn gather(planes: &[u8], words: &mut [Self]);
    fn write(words: Vec<Self>, order: ByteOrder) -> Vec<u8>;
    fn wrapping_add(self, other: Self) -> Self;
    fn wrapping_sub(self, other: Self) -> Self;
}

macro_rules! sums {
    () => {
        fn wrapping_add(self, other: Self) -> Self {
            self.wrapping_add(other)
        }

        fn wrapping_sub(self, other: Self) -> Self {
            self.wrapping_sub(other)
        }
    };
}

impl Word for u8 {
    fn read(bytes: Vec<u8>, _: ByteOrder) -> Vec<Self> {
        bytes
    }

    fn load(bytes: &[u8], _: ByteOrder, words: &mut [Self]) {
        words.copy_from_slice(&bytes[..words.len()]);
    }

    fn gather(planes: &[u8], words: &mut [Self]) {
        words.copy_from_slice(&planes[..words.len()]);
    }

    fn write(words: Vec<Self>, _: ByteOrder) -> Vec<u8> {
        words
    }

    sums!();
}

macro_rules! words {
    ($($type:ty),*) => {$(
        impl Word for $type {
            fn read(bytes: Vec<u8>, order: ByteOrder) -> Vec<Self> {
                let words = bytes.as_chunks::<{ size_of::<$type>() }>().0.iter();
                match order {
                    ByteOrder::Little => words.map(|&word| Self::from_le_bytes(word)).collect(),
                    ByteOrder::Big => words.map(|&word| Self::from_be_bytes(word)).collect(),
                }
            }

            fn load(bytes: &[u8], order: ByteOrder, words: &mut [Self]) {
                let bytes = bytes.as_chunks::<{ size_of::<$type>() }>().0;
                match order {
                    ByteOrder::Little => {
                        for (word, &bytes) in words.iter_mut().zip(bytes) {
                            *word = Self::from_le_bytes(bytes);
                        }
                    }
                    ByteOrder::Big => {
                        for (word, &bytes) in words.iter_mut().zip(bytes) {
                            *word = Self::from_be_bytes(bytes);
                        }
                    }
                }
            }

            fn gather(planes: &[u8], words: &mut [Self]) {
                let count = words.len();
                let planes: [&[u8]; size_of::<$type>()] =
                    core::array::from_fn(|plane| &planes[plane * count..][..count]);
                for (index, word) in words.iter_mut().enumerate() {
                    *word = planes
                        .iter()
                        .fold(0, |word, plane| word << 8 | Self::from(plane[index]));
                }
            }

            fn write(words: Vec<Self>, order: ByteOrder) -> Vec<u8> {
                let mut bytes = vec![0; words.len() * size_of::<$type>()];
                let places = bytes.as_chunks_mut::<{ size_of::<$type>() }>().0.iter_mut();
                for (place, word) in places.zip(words) {
                    *place = match order {
                        ByteOrder::Little => word.to_le_bytes(),
                        ByteOrder::Big => word.to_be_bytes(),
                    };
                }
                bytes
            }

            sums!();
        }
    )*};
}

words!(u16, u32, u64);
