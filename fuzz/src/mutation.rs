//! What may be wrong with a file.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::{Block, Entry, File, Values};

/// One change for the worse. Indexes wrap around, so that every one fits every file.
#[derive(Clone, Debug)]
pub enum Mutation {
    /// A tag becomes another one.
    Tag(Place, u16),
    /// A tag's field type.
    Kind(Place, u16),
    /// The number of a tag's values.
    Count(Place, u64),
    /// Where a tag's values lie.
    At(Place, u64),
    /// A tag's values lie where those of another do.
    Overlap(Place, Place),
    /// A tag's values lie upon a directory.
    UponDirectory(Place, u8),
    /// One value of a tag.
    Value(Place, u16, u64),
    /// A tag is left out.
    Remove(Place),
    /// A tag is there twice.
    Duplicate(Place),
    /// Two tags change places, and values of two directories.
    Swap(Place, Place),
    /// A tag more, of these values.
    Insert(u8, u16, u16, Vec<u64>),
    /// The directory after this one is that one: loops, and ends too early.
    Next(u8, u8),
    /// The link to the next directory leads anywhere.
    NextAt(u8, u64),
    /// Tag 330 of a directory leads to these.
    Subs(u8, Vec<u8>),
    /// Tag 330 of a directory leads into the entries of that one, a step of so many bytes at a time.
    SubsInto(u8, u8, u8, u8),
    /// A block's bytes from a place on.
    Payload(u8, u16, u16, Vec<u8>),
    /// One bit of a block.
    Bit(u8, u16, u32),
    /// A block ends early.
    Cut(u8, u16, u16),
    /// A block is left out.
    Sparse(u8, u16),
    /// A block is another directory's.
    Foreign(u8, u16, u8, u16),
    /// A directory more, like this one.
    Again(u8),
    /// One byte of the finished file.
    Byte(u32, u8),
    /// The finished file ends early.
    End(u32),
}

/// A tag of a directory.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Place {
    directory: u8,
    entry: u8,
}

/// Numbers that hurt: small, about a limit of a type, or any.
fn number(from: &mut Unstructured<'_>) -> Result<u64> {
    let near = i64::from(from.arbitrary::<i8>()?);
    Ok(match from.int_in_range(0..=7)? {
        0 | 1 => near.unsigned_abs(),
        2 => (1_u64 << from.int_in_range(0..=63)?).wrapping_add_signed(near),
        3 => u64::MAX.wrapping_add_signed(near),
        4 => u64::from(u32::MAX).wrapping_add_signed(near),
        5 => u64::from(u16::MAX).wrapping_add_signed(near),
        6 => from.arbitrary::<u16>()?.into(),
        _ => from.arbitrary()?,
    })
}

/// Tags that a reader looks at, and some that it does not.
fn tag(from: &mut Unstructured<'_>) -> Result<u16> {
    const TAGS: [u16; 49] = [
        254, 255, 256, 257, 258, 259, 262, 266, 270, 273, 274, 277, 278, 279, 284, 290, 292, 293,
        305, 317, 320, 322, 323, 324, 325, 330, 332, 338, 339, 340, 347, 529, 530, 532, 33550,
        33922, 34264, 34735, 34736, 34737, 42112, 42113, 50674, 50844, 34665, 700, 318, 531, 266,
    ];
    if from.ratio(1, 8)? {
        return from.arbitrary();
    }
    Ok(*from.choose(&TAGS)?)
}

fn kind(from: &mut Unstructured<'_>) -> Result<u16> {
    Ok(if from.ratio(1, 8)? {
        from.arbitrary()?
    } else {
        from.int_in_range(0..=18)?
    })
}

fn numbers(from: &mut Unstructured<'_>) -> Result<Vec<u64>> {
    let count = from.int_in_range(0..=24)?;
    (0..count).map(|_| number(from)).collect()
}

impl<'a> Arbitrary<'a> for Mutation {
    fn arbitrary(from: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match from.int_in_range(0..=22)? {
            0 => Self::Tag(from.arbitrary()?, tag(from)?),
            1 => Self::Kind(from.arbitrary()?, kind(from)?),
            2 => Self::Count(from.arbitrary()?, number(from)?),
            3 => Self::At(from.arbitrary()?, number(from)?),
            4 => Self::Overlap(from.arbitrary()?, from.arbitrary()?),
            5 => Self::UponDirectory(from.arbitrary()?, from.arbitrary()?),
            6 => Self::Value(from.arbitrary()?, from.arbitrary()?, number(from)?),
            7 => Self::Remove(from.arbitrary()?),
            8 => Self::Duplicate(from.arbitrary()?),
            9 => Self::Swap(from.arbitrary()?, from.arbitrary()?),
            10 => Self::Insert(from.arbitrary()?, tag(from)?, kind(from)?, numbers(from)?),
            11 => Self::Next(from.arbitrary()?, from.arbitrary()?),
            12 => Self::NextAt(from.arbitrary()?, number(from)?),
            13 => Self::Subs(from.arbitrary()?, from.arbitrary()?),
            14 => Self::SubsInto(
                from.arbitrary()?,
                from.arbitrary()?,
                from.arbitrary()?,
                from.arbitrary()?,
            ),
            15 => Self::Payload(
                from.arbitrary()?,
                from.arbitrary()?,
                from.arbitrary()?,
                from.arbitrary()?,
            ),
            16 => Self::Bit(from.arbitrary()?, from.arbitrary()?, from.arbitrary()?),
            17 => Self::Cut(from.arbitrary()?, from.arbitrary()?, from.arbitrary()?),
            18 => Self::Sparse(from.arbitrary()?, from.arbitrary()?),
            19 => Self::Foreign(
                from.arbitrary()?,
                from.arbitrary()?,
                from.arbitrary()?,
                from.arbitrary()?,
            ),
            20 => Self::Again(from.arbitrary()?),
            21 => Self::Byte(from.arbitrary()?, from.arbitrary()?),
            _ => Self::End(from.arbitrary()?),
        })
    }
}

/// Breaks a file and puts it together.
#[must_use]
pub fn mutate(file: &File, mutations: &[Mutation]) -> Vec<u8> {
    let mut file = file.clone();
    for mutation in mutations {
        apply(&mut file, mutation);
    }
    let mut bytes = file.serialise();
    for mutation in mutations {
        match *mutation {
            Mutation::Byte(at, value) if !bytes.is_empty() => {
                let at = at as usize % bytes.len();
                bytes[at] = value;
            }
            Mutation::End(at) if !bytes.is_empty() => bytes.truncate(at as usize % bytes.len()),
            _ => {}
        }
    }
    bytes
}

/// Directories that a mutated file may have at most: a few loops of `Again` are enough.
const MOST_DIRECTORIES: usize = 64;

fn apply(file: &mut File, mutation: &Mutation) {
    if file.directories.is_empty() {
        return;
    }
    let count = file.directories.len();
    let wrap = |index: u8| usize::from(index) % count;
    match mutation {
        Mutation::Tag(place, tag) => on_entry(file, *place, |entry| entry.tag = *tag),
        Mutation::Kind(place, kind) => on_entry(file, *place, |entry| entry.kind = *kind),
        Mutation::Count(place, count) => on_entry(file, *place, |entry| entry.count = Some(*count)),
        Mutation::At(place, at) => on_entry(file, *place, |entry| entry.at = Some(*at)),
        Mutation::Overlap(place, upon) => {
            let Some((directory, index)) = indexes(file, *upon) else {
                return;
            };
            let at = file.homes().0[directory].1[index] as u64;
            on_entry(file, *place, |entry| entry.at = Some(at));
        }
        Mutation::UponDirectory(place, directory) => {
            let at = file.homes().0[wrap(*directory)].0 as u64;
            on_entry(file, *place, |entry| entry.at = Some(at));
        }
        Mutation::Value(place, index, value) => {
            on_entry(file, *place, |entry| {
                entry.patches.push((usize::from(*index) % 64, *value))
            });
        }
        Mutation::Remove(place) => {
            if let Some((directory, index)) = indexes(file, *place) {
                file.directories[directory].entries.remove(index);
            }
        }
        Mutation::Duplicate(place) => {
            if let Some((directory, index)) = indexes(file, *place) {
                let entries = &mut file.directories[directory].entries;
                entries.insert(index, entries[index].clone());
            }
        }
        Mutation::Swap(one, other) => {
            if let (Some((d1, i1)), Some((d2, i2))) = (indexes(file, *one), indexes(file, *other)) {
                let first = file.directories[d1].entries[i1].clone();
                let second = core::mem::replace(&mut file.directories[d2].entries[i2], first);
                file.directories[d1].entries[i1] = second;
            }
        }
        Mutation::Insert(directory, tag, kind, values) => {
            let entry = file.entry(*tag, *kind, values);
            let entries = &mut file.directories[wrap(*directory)].entries;
            let at = entries.partition_point(|other| other.tag < *tag);
            entries.insert(at, entry);
        }
        Mutation::Next(directory, next) => {
            let next = wrap(*next);
            file.directories[wrap(*directory)].next = Some(next);
        }
        Mutation::NextAt(directory, at) => {
            file.directories[wrap(*directory)].next_at = Some(*at);
        }
        Mutation::Subs(directory, subs) => {
            let subs = subs.iter().map(|&sub| wrap(sub)).collect();
            sub_directories(file, wrap(*directory), Values::Directories(subs));
        }
        Mutation::SubsInto(directory, into, step, times) => {
            let home = file.homes().0[wrap(*into)].0 as u64;
            let places: Vec<u64> = (1..=u64::from(*times))
                .map(|i| home + i * u64::from(*step))
                .collect();
            let entry = file.entry(330, 4, &places);
            sub_directories(file, wrap(*directory), entry.values);
        }
        Mutation::Payload(directory, block, at, bytes) => {
            on_block(file, *directory, *block, |block| {
                let at = usize::from(*at) % (block.bytes.len() + 1);
                let end = (at + bytes.len()).min(block.bytes.len());
                let length = end - at;
                block.bytes[at..end].copy_from_slice(&bytes[..length]);
            });
        }
        Mutation::Bit(directory, block, bit) => on_block(file, *directory, *block, |block| {
            let bits = block.bytes.len() * 8;
            if bits > 0 {
                let bit = *bit as usize % bits;
                block.bytes[bit / 8] ^= 1 << (bit % 8);
            }
        }),
        Mutation::Cut(directory, block, at) => on_block(file, *directory, *block, |block| {
            let length = usize::from(*at) % (block.bytes.len() + 1);
            block.bytes.truncate(length.max(block.lead));
        }),
        Mutation::Sparse(directory, block) => {
            on_block(file, *directory, *block, |block| *block = Block::default());
        }
        Mutation::Foreign(directory, block, other, from) => {
            let blocks = &file.directories[wrap(*other)].blocks;
            if let Some(foreign) = blocks
                .get(usize::from(*from) % blocks.len().max(1))
                .cloned()
            {
                on_block(file, *directory, *block, |block| *block = foreign);
            }
        }
        Mutation::Again(directory) if count < MOST_DIRECTORIES => {
            let mut again = file.directories[wrap(*directory)].clone();
            again.next = file.directories[wrap(*directory)].next;
            file.directories[wrap(*directory)].next = Some(count);
            file.directories.push(again);
        }
        Mutation::Again(_) | Mutation::Byte(..) | Mutation::End(_) => {}
    }
}

fn indexes(file: &File, place: Place) -> Option<(usize, usize)> {
    let directory = usize::from(place.directory) % file.directories.len().max(1);
    let entries = &file.directories.get(directory)?.entries;
    (!entries.is_empty()).then(|| (directory, usize::from(place.entry) % entries.len()))
}

fn on_entry(file: &mut File, place: Place, change: impl FnOnce(&mut Entry)) {
    if let Some((directory, index)) = indexes(file, place) {
        change(&mut file.directories[directory].entries[index]);
    }
}

fn on_block(file: &mut File, directory: u8, block: u16, change: impl FnOnce(&mut Block)) {
    let directory = usize::from(directory) % file.directories.len();
    let blocks = &mut file.directories[directory].blocks;
    if !blocks.is_empty() {
        let block = usize::from(block) % blocks.len();
        change(&mut blocks[block]);
    }
}

fn sub_directories(file: &mut File, directory: usize, values: Values) {
    let kind = if file.big { 18 } else { 4 };
    let entries = &mut file.directories[directory].entries;
    entries.retain(|entry| entry.tag != 330);
    let at = entries.partition_point(|entry| entry.tag < 330);
    entries.insert(at, Entry::new(330, kind, values));
}
