//! Reads a window of a COG in S3 and prints it: the crate's front page.
//!
//! ```sh
//! export AWS_REGION=us-west-2 AWS_NO_SIGN_REQUEST=yes   # or credentials, as for any AWS tool
//! cargo run -p cog-reader --features object_store --example s3_window -- \
//!     s3://sentinel-cogs/sentinel-s2-l2a-cogs/36/Q/WD/2020/7/S2A_36QWD_20200701_0_L2A/TCI.tif
//! ```
//!
//! `gs://`, `az://`, `https://` URLs and paths of files do as well.

use cog_reader::{Cog, OpenOptions, Raster, Stores, Window};

/// Eight by eight pixels at column and row 256 of the full resolution.
pub(crate) async fn run(stores: &Stores, url: &str) -> Result<Raster, Box<dyn std::error::Error>> {
    let cog = Cog::open(stores.open(url)?, OpenOptions::default()).await?;
    Ok(cog.read_window(0, Window::new(256, 256, 8, 8)).await?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("usage: s3_window URL")?;
    print!("{}", run(&Stores::default(), &url).await?);
    Ok(())
}
