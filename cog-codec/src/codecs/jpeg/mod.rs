//! JPEG: a whole picture per block, its tables perhaps in tag 347.

mod check;
mod decode;
mod encode;
mod stream;

pub(crate) use decode::Jpeg;
pub(crate) use encode::encode;

use check::{JPEG, YCBCR, check};
