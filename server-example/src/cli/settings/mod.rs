//! Where settings come from.
//!
//! ```text
//!   flag  >  file (--config)  >  environment SMALTI_*  >  environment TC_*  >  default
//! ```
//!
//! A setting is an option of a command that the environment can name too. What a file or Terracotta's
//! environment says becomes that option's default, so that it is read and checked as the option is.

mod file;
mod gather;
mod show;
mod terracotta;

pub(super) use gather::Settings;
