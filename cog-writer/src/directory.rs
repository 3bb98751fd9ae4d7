//! TIFF directories as bytes.

/// Classic TIFF or BigTIFF; always little-endian here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Flavour {
    Classic,
    Big,
}

impl Flavour {
    pub(crate) const fn header_len(self) -> u64 {
        match self {
            Self::Classic => 8,
            Self::Big => 16,
        }
    }

    pub(crate) const fn offset_len(self) -> usize {
        match self {
            Self::Classic => 4,
            Self::Big => 8,
        }
    }

    const fn entry_len(self) -> u64 {
        match self {
            Self::Classic => 12,
            Self::Big => 20,
        }
    }

    const fn count_len(self) -> u64 {
        match self {
            Self::Classic => 2,
            Self::Big => 8,
        }
    }

    /// Appends an offset or count in this flavour's width.
    pub(crate) fn put(self, out: &mut Vec<u8>, value: u64) {
        out.extend_from_slice(&value.to_le_bytes()[..self.offset_len()]);
    }
}

/// Value of a tag, little-endian.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Ascii(String),
    Short(Vec<u16>),
    Long(Vec<u32>),
    Double(Vec<f64>),
    /// Block offsets: LONG, or LONG8 in BigTIFF; stored after all directories.
    Offsets(Vec<u64>),
    /// Block byte counts: LONG; stored after all directories.
    ByteCounts(Vec<u32>),
}

impl Value {
    /// TIFF field type (TIFF 6.0 §2, BigTIFF for 16).
    const fn field_type(&self, flavour: Flavour) -> u16 {
        match (self, flavour) {
            (Self::Ascii(_), _) => 2,
            (Self::Short(_), _) => 3,
            (Self::Long(_) | Self::ByteCounts(_), _) | (Self::Offsets(_), Flavour::Classic) => 4,
            (Self::Double(_), _) => 12,
            (Self::Offsets(_), Flavour::Big) => 16,
        }
    }

    const fn count(&self) -> u64 {
        (match self {
            Self::Ascii(text) => text.len() + 1,
            Self::Short(values) => values.len(),
            Self::Long(values) | Self::ByteCounts(values) => values.len(),
            Self::Double(values) => values.len(),
            Self::Offsets(values) => values.len(),
        }) as u64
    }

    const fn is_block_table(&self) -> bool {
        matches!(self, Self::Offsets(_) | Self::ByteCounts(_))
    }

    fn byte_len(&self, flavour: Flavour) -> u64 {
        self.count()
            * match self {
                Self::Ascii(_) => 1,
                Self::Short(_) => 2,
                Self::Long(_) | Self::ByteCounts(_) => 4,
                Self::Double(_) => 8,
                Self::Offsets(_) => flavour.offset_len() as u64,
            }
    }

    fn bytes(&self, flavour: Flavour) -> Vec<u8> {
        match self {
            Self::Ascii(text) => text.bytes().chain([0]).collect(),
            Self::Short(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Self::Long(values) | Self::ByteCounts(values) => {
                values.iter().flat_map(|v| v.to_le_bytes()).collect()
            }
            Self::Double(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Self::Offsets(values) => {
                let mut out = Vec::with_capacity(values.len() * flavour.offset_len());
                values
                    .iter()
                    .for_each(|&value| flavour.put(&mut out, value));
                out
            }
        }
    }
}

/// A directory: tags in ascending order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    entries: std::collections::BTreeMap<u16, Value>,
}

impl Directory {
    pub(crate) fn set(&mut self, tag: u16, value: Value) {
        self.entries.insert(tag, value);
    }

    /// Bytes of the directory and of its values beside the block tables.
    fn own_len(&self, flavour: Flavour) -> u64 {
        let table = flavour.count_len()
            + flavour.entry_len() * self.entries.len() as u64
            + flavour.offset_len() as u64;
        let beside = self.entries.values().filter(|v| !v.is_block_table());
        padded(table)
            + beside
                .map(|value| Self::beside_len(value, flavour))
                .sum::<u64>()
    }

    fn tables_len(&self, flavour: Flavour) -> u64 {
        let tables = self.entries.values().filter(|v| v.is_block_table());
        tables.map(|value| Self::beside_len(value, flavour)).sum()
    }

    /// Bytes of a value that does not fit into its entry, padded to a word.
    fn beside_len(value: &Value, flavour: Flavour) -> u64 {
        let len = value.byte_len(flavour);
        if len <= flavour.offset_len() as u64 {
            0
        } else {
            padded(len)
        }
    }
}

/// Directories and values begin on a word boundary (TIFF 6.0 §2), which is two bytes; GDAL's validator
/// wants the first directory at the very first one after the ghost area.
const fn padded(len: u64) -> u64 {
    len.next_multiple_of(2)
}

/// Length of everything before the blocks: header, ghost area, directories, block tables.
pub(crate) fn front_len(flavour: Flavour, ghost: &[u8], directories: &[Directory]) -> u64 {
    padded(flavour.header_len() + ghost.len() as u64)
        + directories
            .iter()
            .map(|d| d.own_len(flavour) + d.tables_len(flavour))
            .sum::<u64>()
}

/// Everything before the blocks, as bytes.
pub(crate) fn front(flavour: Flavour, ghost: &[u8], directories: &[Directory]) -> Vec<u8> {
    let mut out: Vec<u8> = b"II".to_vec();
    let first = padded(flavour.header_len() + ghost.len() as u64);
    match flavour {
        Flavour::Classic => out.extend_from_slice(&42_u16.to_le_bytes()),
        Flavour::Big => {
            out.extend_from_slice(&43_u16.to_le_bytes());
            out.extend_from_slice(&[8, 0, 0, 0]);
        }
    }
    flavour.put(&mut out, first);
    out.extend_from_slice(ghost);
    pad(&mut out);
    let mut table_at = first + directories.iter().map(|d| d.own_len(flavour)).sum::<u64>();
    let mut tables = Vec::new();
    for (index, directory) in directories.iter().enumerate() {
        let start = out.len() as u64;
        let next = match index + 1 == directories.len() {
            true => 0,
            false => start + directory.own_len(flavour),
        };
        let count = directory.entries.len() as u64;
        out.extend_from_slice(&count.to_le_bytes()[..flavour.count_len() as usize]);
        let mut beside = Vec::new();
        let beside_at = start
            + padded(
                flavour.count_len() + flavour.entry_len() * count + flavour.offset_len() as u64,
            );
        for (&tag, value) in &directory.entries {
            out.extend_from_slice(&tag.to_le_bytes());
            out.extend_from_slice(&value.field_type(flavour).to_le_bytes());
            flavour.put(&mut out, value.count());
            let mut bytes = value.bytes(flavour);
            if bytes.len() <= flavour.offset_len() {
                bytes.resize(flavour.offset_len(), 0);
                out.extend_from_slice(&bytes);
            } else if value.is_block_table() {
                flavour.put(&mut out, table_at + tables.len() as u64);
                tables.extend_from_slice(&bytes);
                pad(&mut tables);
            } else {
                flavour.put(&mut out, beside_at + beside.len() as u64);
                beside.extend_from_slice(&bytes);
                pad(&mut beside);
            }
        }
        flavour.put(&mut out, next);
        pad(&mut out);
        out.extend_from_slice(&beside);
    }
    table_at = out.len() as u64;
    debug_assert_eq!(
        table_at,
        first + directories.iter().map(|d| d.own_len(flavour)).sum::<u64>()
    );
    out.extend_from_slice(&tables);
    out
}

fn pad(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(2), 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_announced_length_is_the_real_one() {
        let mut directory = Directory::default();
        directory.set(256, Value::Long(vec![70_000]));
        directory.set(258, Value::Short(vec![8, 8, 8]));
        directory.set(270, Value::Ascii("a text longer than an entry".into()));
        directory.set(324, Value::Offsets(vec![1, 2, 3]));
        directory.set(325, Value::ByteCounts(vec![7]));
        directory.set(33550, Value::Double(vec![1.0, 2.0, 0.0]));
        for flavour in [Flavour::Classic, Flavour::Big] {
            let directories = [directory.clone(), directory.clone()];
            let bytes = front(flavour, b"ghost", &directories);
            assert_eq!(
                bytes.len() as u64,
                front_len(flavour, b"ghost", &directories)
            );
        }
    }
}
