//! The structure of a TIFF file: header, directories, values.

mod directory;
mod entry;
mod ghost;
mod header;
mod image;
mod index;
mod read;

pub use self::directory::{Directory, DirectoryKind};
pub use self::entry::{Entry, FieldType};
pub use self::ghost::GhostArea;
pub(crate) use self::header::{ByteOrder, Header, Numbers};
pub use self::image::{BlockShape, Image};
pub(crate) use self::index::{BlockIndex, LEADER, Located, Room};
pub use self::read::Tiff;
