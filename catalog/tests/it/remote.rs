//! SQLite files that lie elsewhere.

use crate::places::keys;
use catalog::{
    Catalog as _, Entry, Error, Keys, OpenOptions, Query, RemoteSqliteCatalog, SqliteCatalog,
    create, open,
};
use object_store::{ObjectStore, ObjectStoreExt as _, memory::InMemory, path::Path as StorePath};
use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::{mpsc, oneshot},
};

/// Long enough that no test sees it pass.
const FOREVER: Duration = Duration::from_secs(100_000);

/// The bytes of a catalog with some datasets.
async fn database(keys: Keys, names: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.sqlite");
    let entries: Vec<_> = names
        .iter()
        .map(|name| Entry::new(vec![*name; keys.len()], format!("{name}.tif")))
        .collect();
    let catalog = SqliteCatalog::create(&file, keys).await.unwrap();
    catalog.insert(&entries).await.unwrap();
    drop(catalog);
    std::fs::read(file).unwrap()
}

async fn count(catalog: &dyn catalog::Catalog) -> u64 {
    let page = catalog.datasets(&Query::default().with_count()).await;
    page.unwrap().total.unwrap()
}

async fn put(store: &InMemory, bytes: Vec<u8>) {
    let path = StorePath::from("a.sqlite");
    store.put(&path, bytes.into()).await.unwrap();
}

async fn opened(
    store: &Arc<InMemory>,
    options: &OpenOptions,
) -> Result<RemoteSqliteCatalog, Error> {
    let store: Arc<dyn ObjectStore> = Arc::<InMemory>::clone(store);
    let path = StorePath::from("a.sqlite");
    RemoteSqliteCatalog::open(store, path, "mem://a.sqlite", options).await
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[tokio::test]
async fn a_newer_version_is_used_once_it_is_looked_at() {
    let store = Arc::new(InMemory::new());
    put(&store, database(keys(), &["a"]).await).await;
    let folder = tempfile::tempdir().unwrap();
    let options = OpenOptions::default().with_cache(folder.path().join("deep/er"), FOREVER);
    let catalog = opened(&store, &options).await.unwrap();
    assert!(!catalog.is_writable());
    let refused = catalog.insert(&[Entry::new(["a", "b"], "c")]).await;
    assert!(matches!(refused, Err(Error::ReadOnly(_))), "{refused:?}");
    assert_eq!(count(&catalog).await, 1);
    assert!(!catalog.refresh().await.unwrap(), "the same by its tag");
    put(&store, database(keys(), &["a", "b"]).await).await;
    assert_eq!(count(&catalog).await, 1, "not before it is time");
    assert!(catalog.refresh().await.unwrap());
    assert_eq!(count(&catalog).await, 2);
    // Nothing half is left, and a second program finds the copy.
    let copies = files(&folder.path().join("deep/er"));
    assert_eq!(copies.len(), 2, "{copies:?}");
    assert!(
        copies.iter().all(|name| name.ends_with(".sqlite")),
        "{copies:?}"
    );
    assert_eq!(count(&opened(&store, &options).await.unwrap()).await, 2);
    assert_eq!(files(&folder.path().join("deep/er")).len(), 2);
}

#[tokio::test]
async fn a_bad_version_is_told_and_the_good_one_kept() {
    let store = Arc::new(InMemory::new());
    let good = database(keys(), &["a"]).await;
    put(&store, good.clone()).await;
    let folder = tempfile::tempdir().unwrap();
    let options = OpenOptions::default()
        .with_cache(folder.path(), FOREVER)
        .with_most_bytes(good.len() as u64 * 2);
    let catalog = opened(&store, &options).await.unwrap();
    let mut torn = good.clone();
    // The header is whole, the last page is not.
    let end = torn.len() - 4096;
    torn[end..].fill(0xff);
    let other = database(Keys::new(["other"]).unwrap(), &["a"]).await;
    for bad in [
        Vec::new(),
        b"no database".to_vec(),
        good[..good.len() / 2].to_vec(),
        torn,
        vec![0; good.len() * 3],
        other,
    ] {
        put(&store, bad.clone()).await;
        let told = catalog.refresh().await.unwrap_err();
        assert!(matches!(told, Error::Unusable { .. }), "{told:?}");
        assert!(told.to_string().contains("mem://a.sqlite"), "{told}");
        assert_eq!(count(&catalog).await, 1);
    }
    let path = StorePath::from("a.sqlite");
    store.delete(&path).await.unwrap();
    let told = catalog.refresh().await.unwrap_err();
    assert!(told.to_string().contains("no such object"), "{told}");
    assert_eq!(count(&catalog).await, 1);
    let fresh = opened(&store, &options).await.unwrap_err();
    assert!(matches!(fresh, Error::Unusable { .. }), "{fresh:?}");
    put(&store, database(keys(), &["a", "b", "c"]).await).await;
    assert!(catalog.refresh().await.unwrap());
    assert_eq!(count(&catalog).await, 3);
}

/// A request that a web server got, and where its answer goes: status line, headers, body.
type Asked = (String, oneshot::Sender<(String, Vec<u8>)>);

/// A web server that answers as it is told.
async fn web() -> (String, mpsc::Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (ask, asked) = mpsc::channel::<Asked>(8);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let ask = ask.clone();
            tokio::spawn(async move {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    request.push(client.read_u8().await.ok()?);
                }
                let (answer, answered) = oneshot::channel();
                let request = String::from_utf8_lossy(&request).into_owned();
                ask.send((request, answer)).await.ok()?;
                let (head, body) = answered.await.ok()?;
                client.write_all(head.as_bytes()).await.ok()?;
                client.write_all(&body).await.ok()
            });
        }
    });
    (format!("http://{address}/deep/a.sqlite"), asked)
}

fn answer(etag: &str, body: Vec<u8>) -> (String, Vec<u8>) {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nETag: \"{etag}\"\r\n\
         Last-Modified: Sun, 01 Nov 2026 00:00:00 GMT\r\nConnection: close\r\n\r\n",
        body.len()
    );
    (head, body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_runs_beside_the_requests() {
    let (url, mut asked) = web().await;
    let folder = tempfile::tempdir().unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let warned = Arc::clone(&told);
    let options = OpenOptions::default()
        // It is always time.
        .with_cache(folder.path(), Duration::ZERO)
        .with_warn(move |message| warned.lock().unwrap().push(message.to_owned()));
    let opening = tokio::spawn(async move { open(&url, &options).await });
    let (request, reply) = asked.recv().await.unwrap();
    assert!(request.starts_with("GET /deep/a.sqlite"), "{request}");
    reply
        .send(answer("one", database(keys(), &["a"]).await))
        .unwrap();
    let catalog = opening.await.unwrap().unwrap();
    // The first request has it looked at; nobody waits for the answer, and nobody asks twice.
    assert_eq!(count(&*catalog).await, 1);
    let (request, reply) = asked.recv().await.unwrap();
    let request = request.to_ascii_lowercase();
    assert!(request.contains("if-none-match: \"one\""), "{request}");
    for _ in 0..20 {
        assert_eq!(count(&*catalog).await, 1);
    }
    assert!(asked.try_recv().is_err(), "one refresh at a time");
    reply.send(answer("two", b"damaged".to_vec())).unwrap();
    // The next ones come with the requests after it.
    let (_, reply) = loop {
        assert_eq!(count(&*catalog).await, 1);
        if let Ok(asked) = asked.try_recv() {
            break asked;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(told.lock().unwrap().len(), 1, "{told:?}");
    assert!(told.lock().unwrap()[0].contains("kept"), "{told:?}");
    let head = "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n";
    reply.send((head.to_owned(), Vec::new())).unwrap();
    let (_, reply) = loop {
        assert_eq!(count(&*catalog).await, 1);
        if let Ok(asked) = asked.try_recv() {
            break asked;
        }
        tokio::task::yield_now().await;
    };
    let newer = database(keys(), &["a", "b"]).await;
    reply.send(answer("three", newer)).unwrap();
    // Later requests, which nobody answers any more, change nothing.
    while count(&*catalog).await != 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(told.lock().unwrap().len(), 1, "{told:?}");
}

#[tokio::test]
async fn a_bucket_holds_a_catalog() {
    let (Ok(endpoint), Ok(bucket)) = (
        std::env::var("SMALTI_S3_ENDPOINT"),
        std::env::var("SMALTI_S3_BUCKET"),
    ) else {
        println!("not run: SMALTI_S3_ENDPOINT is not set; `cargo xtask test` sets it");
        return;
    };
    let settings = [
        ("aws_endpoint", endpoint.as_str()),
        ("aws_allow_http", "true"),
        ("aws_access_key_id", "test"),
        ("aws_secret_access_key", "test"),
        ("aws_region", "us-east-1"),
    ];
    let place = format!("s3://{bucket}/catalogs/a.sqlite");
    let url = url::Url::parse(&place).unwrap();
    let (store, path) = object_store::parse_url_opts(&url, settings).unwrap();
    let first = database(keys(), &["a"]).await;
    store.put(&path, first.into()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut options = OpenOptions::default().with_cache(folder.path(), Duration::ZERO);
    for (name, value) in settings {
        options = options.with_store(name, value);
    }
    let catalog = open(&place, &options).await.unwrap();
    assert_eq!(count(&*catalog).await, 1);
    let second = database(keys(), &["a", "b"]).await;
    store.put(&path, second.into()).await.unwrap();
    while count(&*catalog).await != 2 {
        tokio::task::yield_now().await;
    }
    let refused = create(&place, &keys(), &options).await.unwrap_err();
    assert!(matches!(refused, Error::ReadOnly(_)), "{refused:?}");
    let missing = format!("s3://{bucket}/catalogs/none.sqlite");
    let refused = open(&missing, &options).await.unwrap_err();
    assert!(refused.to_string().contains("no such object"), "{refused}");
}
