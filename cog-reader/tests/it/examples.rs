//! The examples do what they say, and the front page shows one of them.

use crate::support::chain;
use crate::support::server::{Fault, Server};
use crate::support::tiff::{Cut, File, Pattern, write};
use cog_reader::{Samples, SourceErrorKind, StoreOptions, Stores};
use object_store::ObjectStoreExt;
use object_store::path::Path;

#[allow(dead_code, reason = "its `main`")]
#[path = "../../examples/blocking.rs"]
mod blocking;
#[allow(dead_code, reason = "its `main`")]
#[path = "../../examples/custom_codec.rs"]
mod custom_codec;
#[allow(dead_code, reason = "its `main`")]
#[path = "../../examples/custom_source.rs"]
mod custom_source;
#[allow(dead_code, reason = "its `main`")]
#[path = "../../examples/s3_window.rs"]
mod s3_window;

fn file() -> Vec<u8> {
    let pattern = Pattern {
        width: 300,
        height: 280,
        bands: 1,
        size: 2,
        cut: Cut::Tiles(64, 64),
        planar: false,
        value: |_, column, row| u64::from(1000 * (row % 16) + column),
    };
    write(&File::COG, &[pattern.ifd(&File::COG)])
}

/// What `s3_window` prints of [`file`]: columns 256 to 263 of rows 256 to 263.
const PRINTED: &str = "\
1 band × 8 rows × 8 columns of uint16
   256   257   258   259   260   261   262   263
  1256  1257  1258  1259  1260  1261  1262  1263
  2256  2257  2258  2259  2260  2261  2262  2263
  3256  3257  3258  3259  3260  3261  3262  3263
  4256  4257  4258  4259  4260  4261  4262  4263
  5256  5257  5258  5259  5260  5261  5262  5263
  6256  6257  6258  6259  6260  6261  6262  6263
  7256  7257  7258  7259  7260  7261  7262  7263
";

fn options(endpoint: &str) -> StoreOptions {
    StoreOptions::default()
        .with_environment(false)
        .with_config("aws_endpoint", endpoint)
        .with_config("aws_region", "us-east-1")
        .with_config("aws_access_key_id", "test")
        .with_config("aws_secret_access_key", "test")
}

/// S3's `GetObject` with a range is a GET of `/bucket/key`.
#[tokio::test]
async fn s3_window() {
    let server = Server::start().await;
    server.put("bucket/folder/scene.tif", file(), Fault::None);
    let stores = Stores::new(options(&format!("http://{}", server.address)));
    let raster = s3_window::run(&stores, "s3://bucket/folder/scene.tif").await;
    assert_eq!(raster.unwrap().to_string(), PRINTED);
    let error = s3_window::run(&stores, "s3://bucket/none.tif").await;
    let error = error.unwrap_err();
    let error = error.downcast_ref::<cog_reader::Error>().unwrap();
    assert_eq!(error.kind(), SourceErrorKind::NotFound, "{}", chain(error));
}

#[tokio::test]
async fn s3_window_by_an_emulator() {
    let Ok(endpoint) = std::env::var("SMALTI_S3_ENDPOINT") else {
        println!("skipped: SMALTI_S3_ENDPOINT is not set");
        return;
    };
    let bucket = std::env::var("SMALTI_S3_BUCKET").unwrap();
    let client = object_store::aws::AmazonS3Builder::new()
        .with_endpoint(&endpoint)
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_bucket_name(&bucket)
        .with_access_key_id("test")
        .with_secret_access_key("test")
        .build()
        .unwrap();
    let path = Path::from("cog-reader/examples/scene.tif");
    client.put(&path, file().into()).await.unwrap();
    let stores = Stores::new(options(&endpoint));
    let raster = s3_window::run(&stores, &format!("s3://{bucket}/{path}")).await;
    assert_eq!(raster.unwrap().to_string(), PRINTED);
}

/// Every line of code on the front page stands in the example that runs, but
/// for the URL and where `main` begins.
#[test]
fn the_front_page_shows_what_runs() {
    let page = include_str!("../../src/lib.rs");
    let (_, page) = page.split_once("//! # Example\n").unwrap();
    let (_, code) = page.split_once("//! ```no_run\n").unwrap();
    let (code, _) = code.split_once("//! ```\n").unwrap();
    let shown: Vec<&str> = code
        .lines()
        .map(|line| line.trim_start_matches("//!").trim())
        .filter(|line| !line.is_empty() && !line.starts_with("# "))
        .collect();
    assert!(shown.len() <= 10, "ten lines are promised: {shown:#?}");
    let example = include_str!("../../examples/s3_window.rs");
    for part in [
        "Cog::open(",
        "open(url)?, OpenOptions::default()).await?",
        "cog.read_window(0, Window::new(256, 256, 8, 8)).await?",
        "Stores::default()",
        "#[tokio::main(flavor = \"current_thread\")]",
        "print!(\"{",
    ] {
        assert!(shown.iter().any(|line| line.contains(part)), "{part}");
        assert!(example.contains(part), "{part}");
    }
}

#[test]
fn custom_codec() {
    let raster = custom_codec::run(&[5, 10, 3, 20, 4, 30]).unwrap();
    let expected = vec![10, 10, 10, 10, 10, 20, 20, 20, 30, 30, 30, 30];
    assert_eq!(raster.samples(), &Samples::U8(expected));
    let error = custom_codec::run(&[5, 10, 3, 20]).unwrap_err();
    assert!(
        chain(&error).contains("(compression 65000) block: 8 of 12 bytes are there"),
        "{}",
        chain(&error)
    );
}

#[test]
fn custom_source() {
    let mut archive = vec![b'x'; 1536];
    archive.extend(file());
    archive.extend([b'y'; 1000]);
    let path = std::env::temp_dir().join(format!("cog-reader-source-{}", std::process::id()));
    std::fs::write(&path, archive).unwrap();
    let name = path.to_str().unwrap();
    let len = file().len() as u64;
    let info = pollster::block_on(custom_source::run(name, 1536, len)).unwrap();
    assert_eq!((info.width(), info.height()), (300, 280));
    let error = pollster::block_on(custom_source::run(name, 0, 1536)).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert!(
        error.to_string().contains("#0+1536 is malformed"),
        "{error}"
    );
}

#[test]
fn blocking() {
    let path = std::env::temp_dir().join(format!("cog-reader-blocking-{}.tif", std::process::id()));
    std::fs::write(&path, file()).unwrap();
    let mean = std::thread::scope(|scope| {
        scope
            .spawn(|| blocking::run(path.to_str().unwrap()))
            .join()
            .unwrap()
    });
    std::fs::remove_file(&path).unwrap();
    let rows: f64 = (0..280).map(|row| f64::from(row % 16)).sum();
    assert_eq!(
        mean.unwrap(),
        ((rows * 1000.0 + 280.0 * 149.5) * 300.0) / 84_000.0
    );
    assert!(blocking::run("/no/such/file.tif").is_err());
}
