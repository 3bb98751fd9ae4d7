//! The first bytes of the file.

use super::GhostArea;
use crate::error::Rule;

/// Which end of a number comes first in the file.
pub(crate) use cog_codec::ByteOrder;

/// Numbers out of bytes in either order.
pub(crate) trait Numbers {
    fn u16(self, bytes: [u8; 2]) -> u16;
    fn u32(self, bytes: [u8; 4]) -> u32;
    fn u64(self, bytes: [u8; 8]) -> u64;
}

impl Numbers for ByteOrder {
    fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    fn u64(self, bytes: [u8; 8]) -> u64 {
        match self {
            Self::Little => u64::from_le_bytes(bytes),
            Self::Big => u64::from_be_bytes(bytes),
        }
    }
}

/// TIFF 6.0 §2, BigTIFF: what the first 8 or 16 bytes say.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) order: ByteOrder,
    pub(crate) big: bool,
    pub(crate) first_directory: u64,
    pub(crate) ghost: Option<GhostArea>,
}

impl Header {
    /// Reads the front of a file; `front` should hold some hundred bytes, or the whole file.
    ///
    /// The rule comes with the offset at which it is broken.
    pub(crate) fn parse(front: &[u8]) -> Result<Self, (u64, Rule)> {
        if front.is_empty() {
            return Err((0, Rule::Empty));
        }
        let short = || {
            let len = front.len() as u64;
            (len, Rule::ShortHeader { len })
        };
        let signature = front.first_chunk::<4>();
        let (order, big) = match signature {
            Some(b"II*\0") => (ByteOrder::Little, false),
            Some(b"MM\0*") => (ByteOrder::Big, false),
            Some(b"II+\0") => (ByteOrder::Little, true),
            Some(b"MM\0+") => (ByteOrder::Big, true),
            None if b"II*\0".starts_with(front) || b"MM\0*".starts_with(front) => {
                return Err(short());
            }
            _ => return Err((0, signature_rule(front))),
        };
        let (first_directory, length) = if big {
            let sizes = front.get(4..8).ok_or_else(short)?;
            let found = order.u16([sizes[0], sizes[1]]);
            if found != 8 {
                return Err((4, Rule::BigTiffOffsetSize { found }));
            }
            let bytes = front
                .get(8..16)
                .and_then(|b| b.first_chunk())
                .ok_or_else(short)?;
            (order.u64(*bytes), 16)
        } else {
            let bytes = front
                .get(4..8)
                .and_then(|b| b.first_chunk())
                .ok_or_else(short)?;
            (u64::from(order.u32(*bytes)), 8)
        };
        let ghost = front.get(length..).and_then(GhostArea::parse);
        Ok(Self {
            order,
            big,
            first_directory,
            ghost,
        })
    }
}

/// Says what the file is rather than only what it is not.
fn signature_rule(front: &[u8]) -> Rule {
    let text = front[..front.len().min(16)].escape_ascii().to_string();
    let begins = |prefix: &[u8]| {
        let at = front
            .iter()
            .position(|b| !b.is_ascii_whitespace())
            .unwrap_or(0);
        front[at..].len() >= prefix.len()
            && front[at..at + prefix.len()].eq_ignore_ascii_case(prefix)
    };
    let hint = if begins(b"<!doctype") || begins(b"<html") {
        "; this is a web page: the address may lead to a login or an error page, not to the file"
    } else if begins(b"<?xml") || begins(b"<error") {
        "; this is XML, often a store's error message"
    } else if begins(b"{") || begins(b"[") {
        "; this looks like JSON"
    } else if begins(b"PK\x03\x04") {
        "; this is a ZIP archive, unpack it first"
    } else if begins(b"\x1f\x8b") {
        "; this is a gzip file, unpack it first"
    } else if begins(b"\x89PNG") {
        "; this is a PNG image"
    } else if begins(b"\xff\xd8\xff") {
        "; this is a JPEG image"
    } else if begins(b"\0\0\0\x0cjP  ") || begins(b"\xff\x4f\xff\x51") {
        "; this is a JPEG 2000 image"
    } else if begins(b"\x89HDF") || begins(b"CDF") {
        "; this is an HDF5 or netCDF file"
    } else {
        ""
    };
    Rule::Signature {
        start: format!("\"{text}\""),
        hint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_orders_and_both_sizes() {
        let classic = Header::parse(b"II*\0\x08\0\0\0").unwrap();
        assert_eq!((classic.big, classic.first_directory), (false, 8));
        let big = Header::parse(b"MM\0+\0\x08\0\0\0\0\0\0\0\0\x01\0").unwrap();
        assert_eq!((big.big, big.first_directory), (true, 256));
    }

    #[test]
    fn says_what_else_the_file_is() {
        let message = |front: &[u8]| Header::parse(front).unwrap_err().1.to_string();
        assert!(message(b"").contains("empty"));
        assert!(message(b"II*\0\x08").contains("after 5 bytes"));
        assert!(message(b"II").contains("after 2 bytes"));
        assert!(message(b"\n<!DOCTYPE html><html>").contains("web page"));
        assert!(message(b"\n<!DOCTYPE html>").contains(r#""\n<!DOCTYPE html>""#));
        assert!(message(b"\x89PNG\r\n\x1a\n").contains("PNG"));
        assert!(message(b"II+\0\x04\0\0\0\0\0\0\0\0\0\0\0").contains("4 bytes per offset"));
        assert!(message(b"garbage!").contains("\"garbage!\""));
    }
}
