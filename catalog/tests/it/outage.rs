//! A server that goes away and comes back, seen through a connection that can be cut.

use crate::places::{self, keys};
use catalog::{Catalog, Entry, Error, OpenOptions, Query, create, open};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// How the connections to a server are treated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Line {
    Open,
    /// Cut, and refused when made anew.
    Dead,
    /// Taken, and never answered.
    Mute,
}

/// Passes bytes to a server and back, as long as it is told to.
struct Proxy {
    address: SocketAddr,
    line: watch::Sender<Line>,
    /// Bytes that may still pass to the server before the line is cut.
    allowance: Arc<AtomicU64>,
    /// Connections that were asked for.
    asked: Arc<AtomicU64>,
}

impl Proxy {
    async fn start(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let line = watch::Sender::new(Line::Open);
        let allowance = Arc::new(AtomicU64::new(u64::MAX));
        let asked = Arc::new(AtomicU64::new(0));
        let (told, left, count) = (line.clone(), Arc::clone(&allowance), Arc::clone(&asked));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let server = server.clone();
                tokio::spawn(pass(client, server, told.clone(), Arc::clone(&left)));
            }
        });
        Self {
            address,
            line,
            allowance,
            asked,
        }
    }

    fn set(&self, line: Line) {
        self.allowance.store(u64::MAX, Ordering::SeqCst);
        self.line.send_replace(line);
    }

    /// Cuts the line once this many more bytes have gone to the server.
    fn cut_after(&self, bytes: u64) {
        self.allowance.store(bytes, Ordering::SeqCst);
    }
}

async fn pass(client: TcpStream, server: String, told: watch::Sender<Line>, left: Arc<AtomicU64>) {
    let mut line = told.subscribe();
    let state = *line.borrow_and_update();
    match state {
        Line::Dead => return,
        Line::Mute => {
            let _kept = client;
            let _ = line.changed().await;
            return;
        }
        Line::Open => {}
    }
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (client, server) = (Arc::new(client), Arc::new(server));
    let up = copy(Arc::clone(&client), Arc::clone(&server), Some((left, told)));
    let down = copy(Arc::clone(&server), Arc::clone(&client), None);
    tokio::select! {
        () = async { tokio::join!(up, down); } => {}
        _ = line.changed() => {
            let state = *line.borrow();
            if state == Line::Mute {
                let _ = line.changed().await;
            }
        }
    }
}

async fn copy(
    from: Arc<TcpStream>,
    to: Arc<TcpStream>,
    limit: Option<(Arc<AtomicU64>, watch::Sender<Line>)>,
) {
    let mut buffer = vec![0; 4096];
    loop {
        if from.readable().await.is_err() {
            return;
        }
        let read = match from.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(_) => return,
        };
        let mut send = &buffer[..read];
        let mut is_last = false;
        if let Some((left, _)) = &limit {
            let before = left.load(Ordering::SeqCst);
            if before != u64::MAX {
                let pass = before.min(send.len() as u64);
                left.store(before - pass, Ordering::SeqCst);
                is_last = pass == before;
                send = &send[..usize::try_from(pass).unwrap()];
            }
        }
        while !send.is_empty() {
            if to.writable().await.is_err() {
                return;
            }
            match to.try_write(send) {
                Ok(sent) => send = &send[sent..],
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
        if let (true, Some((_, told))) = (is_last, &limit) {
            told.send_replace(Line::Dead);
            return;
        }
    }
}

/// A catalog behind a line that can be cut, and one that goes straight to the server.
///
/// - `outage`: how long it is remembered that the line was cut.
async fn behind_proxy(
    place: &str,
    outage: Duration,
) -> (Proxy, Arc<dyn Catalog>, Arc<dyn Catalog>) {
    let straight = create(place, &keys(), &OpenOptions::default())
        .await
        .unwrap();
    let (scheme, rest) = place.split_once("://").unwrap();
    let (user, rest) = rest.split_once('@').unwrap();
    let (server, database) = rest.split_once('/').unwrap();
    let proxy = Proxy::start(server.to_owned()).await;
    let url = format!("{scheme}://{user}@{}/{database}", proxy.address);
    let options = OpenOptions::default()
        .with_timeouts(Duration::from_millis(800), Duration::from_millis(1500))
        .with_outage(outage);
    let catalog = open(&url, &options).await.unwrap();
    (proxy, catalog, straight)
}

fn entries(count: usize) -> Vec<Entry> {
    (0..count)
        .map(|number| Entry::new([format!("{number:05}"), "b".into()], "a.tif"))
        .collect()
}

async fn count(catalog: &dyn Catalog) -> u64 {
    let page = catalog.datasets(&Query::default().with_count()).await;
    page.unwrap().total.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_while_it_serves_is_told_and_found_again() {
    for place in places::servers() {
        let (proxy, catalog, _straight) = behind_proxy(&place.url, Duration::ZERO).await;
        catalog.insert(&entries(3)).await.unwrap();
        for state in [Line::Dead, Line::Mute, Line::Dead] {
            proxy.set(state);
            let values = ["00001".to_owned(), "b".to_owned()];
            for _ in 0..2 {
                let told = catalog.path(&values).await.unwrap_err();
                assert!(matches!(told, Error::Unavailable { .. }), "{told:?}");
            }
            let told = catalog.insert(&entries(1)).await.unwrap_err();
            assert!(matches!(told, Error::Unavailable { .. }), "{told:?}");
            proxy.set(Line::Open);
            assert_eq!(catalog.path(&values).await.unwrap(), "a.tif");
            assert_eq!(count(&*catalog).await, 3);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_is_told_at_once_until_a_probe_finds_it_over() {
    const HOUR: Duration = Duration::from_secs(3600);
    let values = ["00001".to_owned(), "b".to_owned()];
    for place in places::servers() {
        let (proxy, catalog, _straight) = behind_proxy(&place.url, HOUR).await;
        catalog.insert(&entries(3)).await.unwrap();
        proxy.set(Line::Mute);
        let told = catalog.path(&values).await.unwrap_err();
        let asked = proxy.asked.load(Ordering::SeqCst);
        for _ in 0..100 {
            let again = catalog.path(&values).await.unwrap_err();
            assert_eq!(again.to_string(), told.to_string());
            let again = catalog.insert(&entries(1)).await.unwrap_err();
            assert!(matches!(again, Error::Unavailable { .. }), "{again:?}");
        }
        // Nobody asked, and so nobody waited.
        assert_eq!(proxy.asked.load(Ordering::SeqCst), asked);
    }
    for place in places::servers() {
        // It is always time for a probe.
        let (proxy, catalog, _straight) = behind_proxy(&place.url, Duration::from_nanos(1)).await;
        catalog.insert(&entries(3)).await.unwrap();
        proxy.set(Line::Dead);
        assert!(catalog.path(&values).await.is_err());
        proxy.set(Line::Open);
        assert_eq!(catalog.path(&values).await.unwrap(), "a.tif");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_while_it_is_written_holds_all_or_nothing() {
    for place in places::servers() {
        let (proxy, catalog, straight) = behind_proxy(&place.url, Duration::ZERO).await;
        catalog.insert(&entries(10)).await.unwrap();
        let many = entries(500);
        for bytes in [1, 100, 700, 5_000, 12_000, 20_000] {
            proxy.cut_after(bytes);
            let told = catalog.insert(&many).await.unwrap_err();
            assert!(
                matches!(told, Error::Unavailable { .. }),
                "{bytes}: {told:?}"
            );
            assert_eq!(count(&*straight).await, 10, "after {bytes} bytes");
            proxy.set(Line::Open);
        }
        catalog.insert(&many).await.unwrap();
        assert_eq!(count(&*straight).await, 500);
    }
}

#[tokio::test]
async fn nobody_there_is_told_in_time() {
    for scheme in ["mysql", "postgresql"] {
        // A port that was free a moment ago.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let options = OpenOptions::default()
            .with_timeouts(Duration::from_millis(300), Duration::from_millis(300));
        let url = format!("{scheme}://me:verysecret@{address}/db");
        let told = open(&url, &options).await.unwrap_err();
        assert!(matches!(told, Error::Unavailable { .. }), "{told:?}");
        assert!(!format!("{told:?} {told}").contains("verysecret"));
        assert!(told.to_string().contains(&address.to_string()), "{told}");
    }
}
