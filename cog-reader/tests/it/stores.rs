//! Every store delivers the same pixels; every fault of a store has its name.

use crate::support::chain;
use crate::support::server::{Fault, Server};
use crate::support::tiff::{Cut, File, Pattern, V, write};
use cog_raster::{RasterSource, ReadRequest, SourceErrorKind, Window, testkit};
use cog_reader::{
    Cog, CountingReader, ObjectStoreReader, OpenOptions, PublicAddresses, RangeReader,
    ReadErrorKind, StoreOptions, Stores,
};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

fn pattern(side: u32) -> Pattern {
    Pattern {
        width: side,
        height: side,
        bands: 2,
        size: 2,
        cut: Cut::Tiles(64, 64),
        planar: false,
        value: |band, col, row| u64::from(band + col * 31 + row * 17),
    }
}

/// Large enough that not all of it is read with the header.
fn file() -> Vec<u8> {
    let file = File::COG;
    let half = pattern(150).ifd(&file).with(254, V::Long(vec![1]));
    write(&file, &[pattern(300).ifd(&file), half])
}

fn options() -> StoreOptions {
    StoreOptions::default()
        .with_environment(false)
        .with_retries(1, Duration::from_secs(2))
        .with_timeouts(
            Duration::from_secs(2),
            Duration::from_secs(1),
            Duration::from_secs(5),
        )
}

async fn open(reader: Arc<dyn RangeReader>) -> Cog {
    match Cog::open(reader, OpenOptions::default()).await {
        Ok(cog) => cog,
        Err(error) => panic!("{}", chain(&error)),
    }
}

async fn check(reader: Arc<dyn RangeReader>) {
    let cog = open(reader).await;
    testkit::check_source(&cog).await;
    let raster = cog
        .read(ReadRequest::new(0, Window::new(0, 0, 300, 300)))
        .await
        .unwrap();
    assert_eq!(raster.samples().to_le_bytes(), pattern(300).expected());
}

#[tokio::test]
async fn memory_and_disk() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let path = Path::from("a/b.tif");
    store.put(&path, file().into()).await.unwrap();
    check(Arc::new(ObjectStoreReader::new(
        store,
        path,
        "memory:a/b.tif",
    )))
    .await;

    let folder = std::env::temp_dir().join(format!("cog-reader-stores-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let name = folder.join("a file.tif");
    std::fs::write(&name, file()).unwrap();
    let store = object_store::local::LocalFileSystem::new_with_prefix(&folder).unwrap();
    let path = Path::from("a file.tif");
    check(Arc::new(ObjectStoreReader::new(
        Arc::new(store),
        path,
        "a file.tif",
    )))
    .await;
    let stores = Stores::new(options());
    check(stores.open(name.to_str().unwrap()).unwrap()).await;
    let url = url::Url::from_file_path(&name).unwrap();
    check(stores.open(url.as_str()).unwrap()).await;
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn http() {
    let server = Server::start().await;
    let stores = Stores::new(options());
    let url = server
        .put("folder/a b.tif", file(), Fault::None)
        .replace(' ', "%20");
    check(stores.open(&url).unwrap()).await;
    assert_eq!(
        server.shared.improper.load(Ordering::SeqCst),
        0,
        "only GET requests with a range"
    );
    // A signature in the query goes out as it came.
    let signed = format!("{url}?X-Signature=a%2Fb%3D&x=1");
    open(stores.open(&signed).unwrap()).await;
    let query = server.shared.query.lock().unwrap().clone();
    assert_eq!(query.as_deref(), Some("X-Signature=a%2Fb%3D&x=1"));
}

#[tokio::test]
async fn opening_over_http_is_one_request_and_a_tile_one_more() {
    let server = Server::start().await;
    let url = server.put("a.tif", file(), Fault::None);
    let reader = Stores::new(options()).open(&url).unwrap();
    let reader = Arc::new(CountingReader::new(reader));
    let cog = open(reader.clone()).await;
    assert_eq!(server.shared.requests.load(Ordering::SeqCst), 1);
    assert!(reader.bytes() <= 32 * 1024);
    assert_eq!(cog.size(), Some(file().len() as u64));
    assert_eq!(cog.validator().as_deref(), Some("\"1\""));
    let request = ReadRequest::new(0, Window::new(256, 256, 44, 44));
    cog.read(request).await.unwrap();
    assert_eq!(server.shared.requests.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn google_cloud_storage_by_its_xml_api() {
    // The paths of the XML API are `/bucket/key`, plain GET requests.
    let server = Server::start().await;
    server.put("bucket/folder/a.tif", file(), Fault::None);
    let key = format!(
        r#"{{"gcs_base_url":"http://{}","disable_oauth":true,"client_email":"","private_key":"","private_key_id":""}}"#,
        server.address
    );
    let stores = Stores::new(options().with_config("google_service_account_key", key));
    check(stores.open("gs://bucket/folder/a.tif").unwrap()).await;
    assert_eq!(server.shared.improper.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn s3_by_an_emulator() {
    let Ok(endpoint) = std::env::var("SMALTI_S3_ENDPOINT") else {
        println!("skipped: SMALTI_S3_ENDPOINT is not set");
        return;
    };
    let bucket = std::env::var("SMALTI_S3_BUCKET").unwrap();
    let stores = Stores::new(
        options()
            .with_config("aws_endpoint", &*endpoint)
            .with_config("aws_region", "us-east-1")
            .with_config("aws_access_key_id", "test")
            .with_config("aws_secret_access_key", "test"),
    );
    let client = object_store::aws::AmazonS3Builder::new()
        .with_endpoint(&endpoint)
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_bucket_name(&bucket)
        .with_access_key_id("test")
        .with_secret_access_key("test")
        .build()
        .unwrap();
    let path = Path::from("cog-reader/a b.tif");
    client.put(&path, file().into()).await.unwrap();
    let url = format!("s3://{bucket}/cog-reader/a%20b.tif");
    check(stores.open(&url).unwrap()).await;
    // The other name of the scheme; and what is not there.
    check(stores.open(&url.replace("s3:", "s3a:")).unwrap()).await;
    let none = stores
        .open(&format!("s3://{bucket}/cog-reader/none.tif"))
        .unwrap();
    let error = Cog::open(none, OpenOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::NotFound, "{}", chain(&error));
    // An object of no bytes answers any range with 416.
    let path = Path::from("cog-reader/empty.tif");
    client.put(&path, Vec::new().into()).await.unwrap();
    let empty = stores
        .open(&format!("s3://{bucket}/cog-reader/empty.tif"))
        .unwrap();
    let error = Cog::open(empty, OpenOptions::default()).await.unwrap_err();
    assert!(
        chain(&error).contains("the file is empty"),
        "{}",
        chain(&error)
    );
}

#[tokio::test]
async fn azure_by_an_emulator() {
    // object_store's emulator mode finds the address in AZURITE_BLOB_STORAGE_URL.
    let Ok(container) = std::env::var("SMALTI_AZURE_CONTAINER") else {
        println!("skipped: SMALTI_AZURE_CONTAINER is not set");
        return;
    };
    let client = object_store::azure::MicrosoftAzureBuilder::new()
        .with_use_emulator(true)
        .with_container_name(&container)
        .build()
        .unwrap();
    let path = Path::from("cog-reader/a.tif");
    client.put(&path, file().into()).await.unwrap();
    let stores = Stores::new(options().with_config("azure_storage_use_emulator", "true"));
    check(
        stores
            .open(&format!("az://{container}/cog-reader/a.tif"))
            .unwrap(),
    )
    .await;
    let none = stores
        .open(&format!("az://{container}/cog-reader/none.tif"))
        .unwrap();
    let error = Cog::open(none, OpenOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::NotFound, "{}", chain(&error));
}

#[tokio::test]
async fn every_fault_has_its_kind() {
    use SourceErrorKind as K;
    let server = Server::start().await;
    let stores = Stores::new(options());
    let cases = [
        (Fault::Status(404), K::NotFound, "there is nothing at"),
        (Fault::Status(410), K::NotFound, "there is nothing at"),
        (Fault::Status(403), K::Denied, "refuses"),
        (Fault::Status(401), K::Denied, "refuses"),
        (Fault::Status(500), K::Unavailable, "status 500"),
        (Fault::Status(418), K::Unavailable, "status 418"),
        (Fault::Page, K::Unsupported, "does not serve byte ranges"),
        (
            Fault::NoRanges,
            K::Unsupported,
            "does not serve byte ranges",
        ),
        (Fault::CutOff, K::Unavailable, "the store of"),
        (Fault::WrongRange, K::Unavailable, "the store of"),
        (Fault::Silent, K::Unavailable, "does not answer"),
    ];
    for (fault, kind, words) in cases {
        let url = server.put("fault.tif", file(), fault.clone());
        let error = Cog::open(stores.open(&url).unwrap(), OpenOptions::default())
            .await
            .unwrap_err();
        let text = chain(&error);
        assert_eq!(error.kind(), kind, "{fault:?}: {text}");
        assert!(
            text.contains(words) && text.contains(&url),
            "{fault:?}: {text}"
        );
    }
    // A page behind a proper server, and an empty file: not a TIFF, and why.
    for (bytes, words) in [
        (&b"<!DOCTYPE html><p>Not found"[..], "a web page"),
        (b"", "the file is empty"),
    ] {
        let url = server.put("page.tif", bytes, Fault::None);
        let error = Cog::open(stores.open(&url).unwrap(), OpenOptions::default())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), K::Malformed);
        assert!(chain(&error).contains(words), "{}", chain(&error));
    }
}

#[tokio::test]
async fn a_file_that_changes_is_noticed() {
    let server = Server::start().await;
    let url = server.put("a.tif", file(), Fault::Unsteady);
    let cog = open(Stores::new(options()).open(&url).unwrap()).await;
    let request = ReadRequest::new(0, Window::new(256, 256, 44, 44));
    let error = cog.read(request).await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Changed, "{error}");
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    let server = Server::start().await;
    let url = server.put("a.tif", file(), Fault::None);
    server.shared.failing.store(1, Ordering::SeqCst);
    open(Stores::new(options()).open(&url).unwrap()).await;
    assert_eq!(server.shared.requests.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_unreachable_host_is_named() {
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let reader = Stores::new(options())
        .open(&format!("http://{free}/a.tif"))
        .unwrap();
    let error = Cog::open(reader, OpenOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Unavailable);
    assert!(
        chain(&error).contains("cannot be reached"),
        "{}",
        chain(&error)
    );
}

#[tokio::test]
async fn a_guard_keeps_requests_out_of_private_networks() {
    let server = Server::start().await;
    let url = server.put("a.tif", file(), Fault::None);
    let guarded = Stores::new(options().with_guard(Arc::new(PublicAddresses)));
    let by_name = url.replace("127.0.0.1", "localhost");
    for url in [
        &*url,
        &*by_name,
        "http://169.254.169.254/latest",
        "http://[::1]:80/a.tif",
    ] {
        let error = Cog::open(guarded.open(url).unwrap(), OpenOptions::default())
            .await
            .unwrap_err();
        assert_eq!(
            error.kind(),
            SourceErrorKind::Denied,
            "{url}: {}",
            chain(&error)
        );
    }
    assert_eq!(server.shared.requests.load(Ordering::SeqCst), 0);
}

/// Lets the test's server pass, and nothing else.
#[derive(Debug)]
struct Only(std::net::SocketAddr);

impl cog_reader::UrlGuard for Only {
    fn check_url(&self, url: &url::Url) -> Result<(), String> {
        match url.port() == Some(self.0.port()) && url.path() != "/forbidden.tif" {
            true => Ok(()),
            false => Err(format!("{url} is not on the list")),
        }
    }

    fn check_address(&self, address: std::net::IpAddr) -> Result<(), String> {
        PublicAddresses.check_address(address).or_else(|message| {
            if address == self.0.ip() {
                Ok(())
            } else {
                Err(message)
            }
        })
    }
}

#[tokio::test]
async fn redirects_are_checked_again() {
    let server = Server::start().await;
    let target = server.put("a.tif", file(), Fault::None);
    server.put("forbidden.tif", file(), Fault::None);
    let stores = Stores::new(options().with_guard(Arc::new(Only(server.address))));
    let good = server.put("good.tif", "", Fault::Redirect(target));
    open(stores.open(&good).unwrap()).await;
    for to in [
        "/forbidden.tif",
        "http://169.254.169.254/",
        "http://10.0.0.1:1/",
    ] {
        let bad = server.put("bad.tif", "", Fault::Redirect(to.into()));
        let error = Cog::open(stores.open(&bad).unwrap(), OpenOptions::default())
            .await
            .unwrap_err();
        assert_eq!(
            error.kind(),
            SourceErrorKind::Denied,
            "{to}: {}",
            chain(&error)
        );
    }
    let endless = server.put("loop.tif", "", Fault::Redirect("/loop.tif".into()));
    let error = Cog::open(stores.open(&endless).unwrap(), OpenOptions::default())
        .await
        .unwrap_err();
    assert!(chain(&error).contains("redirects"), "{}", chain(&error));
}

#[test]
fn what_cannot_be_opened_is_said_at_once() {
    let stores = Stores::new(options());
    for (url, words) in [
        ("ftp://host/a.tif", "scheme ftp"),
        ("s3://bucket", "names a bucket"),
        ("http://", "not a URL"),
        ("/no/such/file.tif", "there is no file"),
        ("/", "is a directory"),
    ] {
        let error = stores.open(url).unwrap_err();
        assert!(error.to_string().contains(words), "{url}: {error}");
        assert!(matches!(
            error.kind(),
            ReadErrorKind::Unsupported | ReadErrorKind::NotFound
        ));
    }
}

#[test]
fn a_setting_that_no_store_knows_is_named() {
    let stores = Stores::new(options().with_config("aws_endpont", "http://h.example"));
    let error = stores.open("s3://bucket/a.tif").unwrap_err();
    assert_eq!(error.kind(), ReadErrorKind::Unsupported);
    assert!(error.to_string().contains("aws_endpont"), "{error}");
}
