//! Reading `.npy` files.

/// A `.npy` file's type, shape and bytes.
pub(crate) struct Npy {
    pub(crate) descr: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) data: Vec<u8>,
}

impl Npy {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        assert_eq!(&bytes[..6], b"\x93NUMPY");
        let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        let header = std::str::from_utf8(&bytes[10..10 + length]).unwrap();
        let after = |start: &str| header.split_once(start).unwrap().1;
        let descr = after("'descr': '").split('\'').next().unwrap().to_owned();
        assert!(header.contains("'fortran_order': False"));
        let shape = after("'shape': (")
            .split(')')
            .next()
            .unwrap()
            .split(',')
            .filter(|n| !n.trim().is_empty())
            .map(|n| n.trim().parse().unwrap())
            .collect();
        Self {
            descr,
            shape,
            data: bytes[10 + length..].to_vec(),
        }
    }

    pub(crate) fn f32(&self) -> Vec<f32> {
        assert_eq!(self.descr, "<f4");
        self.data
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
            .collect()
    }

    /// The values, whatever their type.
    pub(crate) fn numbers(&self) -> Vec<f64> {
        macro_rules! read {
            ($type:ty) => {
                self.data
                    .chunks_exact(size_of::<$type>())
                    .map(|b| <$type>::from_le_bytes(b.try_into().unwrap()) as f64)
                    .collect()
            };
        }
        match self.descr.as_str() {
            "|u1" => read!(u8),
            "|i1" => read!(i8),
            "<u2" => read!(u16),
            "<i2" => read!(i16),
            "<u4" => read!(u32),
            "<i4" => read!(i32),
            "<u8" => read!(u64),
            "<i8" => read!(i64),
            "<f4" => read!(f32),
            "<f8" => read!(f64),
            other => panic!("no numbers of type {other}"),
        }
    }
}
