//! Requests share what they read, a file may be replaced under a running server, and slow
//! clients are sent away.

use crate::{
    files,
    npy::Npy,
    server::{Answer, Server, encode},
};
use cog_raster::{SampleType, Samples};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
};

/// A web server of one file that may change, and that may be told to wait.
#[derive(Default)]
struct Upstream {
    state: Mutex<Held>,
    changed: Condvar,
}

#[derive(Default)]
struct Held {
    file: Vec<u8>,
    /// Made into the `ETag`.
    version: u64,
    requests: u64,
    /// Requests that may be answered in all.
    allowed: u64,
    /// What the file becomes, and before which request.
    swap: Option<(u64, Vec<u8>)>,
    /// Another version at every request.
    restless: bool,
    /// Requests whose version was not the file's.
    refused: u64,
}

impl Upstream {
    fn start(file: Vec<u8>) -> (Arc<Self>, String) {
        let upstream = Arc::new(Self::default());
        upstream.set(|held| {
            held.file = file;
            held.allowed = u64::MAX;
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn({
            let upstream = Arc::clone(&upstream);
            move || {
                for stream in listener.incoming().flatten() {
                    let upstream = Arc::clone(&upstream);
                    std::thread::spawn(move || upstream.serve(stream));
                }
            }
        });
        (upstream, url)
    }

    fn set<T>(&self, change: impl FnOnce(&mut Held) -> T) -> T {
        let result = change(&mut self.state.lock().unwrap());
        self.changed.notify_all();
        result
    }

    fn requests(&self) -> u64 {
        self.state.lock().unwrap().requests
    }

    /// Waits until that many requests have come.
    fn wait_for(&self, requests: u64) {
        let held = self.state.lock().unwrap();
        drop(
            self.changed
                .wait_while(held, |held| held.requests < requests)
                .unwrap(),
        );
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        while let Some(Ok(_)) = lines.next() {
            let (mut range, mut condition) = (None, None);
            for line in lines
                .by_ref()
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
            {
                let (name, value) = line.split_once(": ").unwrap();
                match &*name.to_ascii_lowercase() {
                    "range" => {
                        let (start, end) = value
                            .strip_prefix("bytes=")
                            .and_then(|value| value.split_once('-'))
                            .unwrap();
                        range = Some((start.parse().unwrap(), end.parse().unwrap()));
                    }
                    "if-match" => condition = Some(value.to_owned()),
                    _ => {}
                }
            }
            let (head, body) = self.answer(range.unwrap(), condition);
            let head = format!("{head}Content-Length: {}\r\n\r\n", body.len());
            let sent = stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(&body));
            if sent.is_err() {
                return;
            }
        }
    }

    fn answer(&self, range: (usize, usize), condition: Option<String>) -> (String, Vec<u8>) {
        let number = self.set(|held| {
            held.requests += 1;
            held.requests
        });
        let held = self.state.lock().unwrap();
        let mut held = self
            .changed
            .wait_while(held, |held| held.allowed < number)
            .unwrap();
        if held.restless {
            held.version += 1;
        }
        if held.swap.as_ref().is_some_and(|(at, _)| number >= *at)
            && let Some((_, file)) = held.swap.take()
        {
            (held.file, held.version) = (file, held.version + 1);
        }
        let tag = format!("\"v{}\"", held.version);
        if condition.is_some_and(|condition| condition != tag) {
            held.refused += 1;
            return ("HTTP/1.1 412 Precondition Failed\r\n".into(), Vec::new());
        }
        let (start, end) = (range.0, range.1.min(held.file.len() - 1));
        let head = format!(
            "HTTP/1.1 206 Partial Content\r\nETag: {tag}\r\nContent-Range: bytes {start}-{end}/{}\r\n",
            held.file.len()
        );
        (head, held.file[start..=end].to_vec())
    }
}

/// A file whose pixels all have `value`, below 32, in their low bits. What is above is noise, so
/// that the file does not become so small that all of it is read with the header.
fn flat(value: u8) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let info = files::utm(SampleType::U8, 1);
    let noise = |i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8 & 0xE0;
    let samples = (0..files::WIDTH * files::HEIGHT)
        .map(|i| noise(i) | value)
        .collect();
    let path = files::write(dir.path(), "flat.tif", &info, Samples::U8(samples), None);
    std::fs::read(path).unwrap()
}

/// A tile inside the files' ground, its samples as they are.
fn tile_path(source: &str, col: f64, row: f64) -> String {
    let (z, x, y) = files::tile(col, row, 13);
    format!("/cog/tiles/WebMercatorQuad/{z}/{x}/{y}.npy?url={source}")
}

/// The one value of all pixels of a tile that are there.
fn value(answer: &Answer) -> u8 {
    assert_eq!(
        answer.status,
        200,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    let npy = Npy::parse(&answer.body);
    let pixels = npy.data.len() / npy.shape[0];
    let (samples, mask) = npy.data.split_at(pixels);
    let mut seen = samples
        .iter()
        .zip(&mask[mask.len() - pixels..])
        .filter(|(_, mask)| **mask != 0)
        .map(|(sample, _)| *sample & 0x1F);
    let first = seen.next().unwrap();
    assert!(seen.all(|sample| sample == first));
    first
}

/// One figure of `/metrics`.
fn metric(server: &Server, name: &str, cache: &str) -> u64 {
    let answer = server.get("/metrics");
    assert_eq!(answer.status, 200);
    let text = String::from_utf8(answer.body).unwrap();
    let start = format!("smalti_{name}{{cache=\"{cache}\"}} ");
    let line = text.lines().find_map(|line| line.strip_prefix(&start));
    line.unwrap_or_else(|| panic!("{name} {cache}: {text}"))
        .parse()
        .unwrap()
}

#[test]
fn the_same_tile_asked_for_by_fifty_costs_what_it_costs_one() {
    const CLIENTS: u64 = 50;
    let (upstream, url) = Upstream::start(flat(7));
    let source = encode(&format!("{url}/flat.tif"));
    let path = tile_path(&source, 350.0, 300.0);
    let alone = Server::start(["--allow-url", &url]);
    assert_eq!(value(&alone.get(&path)), 7);
    let cost = upstream.requests();
    assert!((2..=3).contains(&cost), "{cost} requests");
    drop(alone);

    // Nothing is kept, so what is shared is shared while it is on its way.
    let server = Server::start([
        "--allow-url",
        &url,
        "--cache-mb",
        "0",
        "--stored-cache-mb",
        "0",
    ]);
    upstream.set(|held| (held.requests, held.allowed) = (0, 0));
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(|| value(&server.get(&path))))
            .collect();
        while metric(&server, "cache_joined_total", "remote_files") < CLIENTS - 1 {
            std::thread::yield_now();
        }
        assert_eq!(upstream.requests(), 1, "one opening");
        upstream.set(|held| held.allowed = 1);
        upstream.wait_for(2);
        // Each of them joins at least one block.
        while metric(&server, "cache_joined_total", "stored_blocks") < CLIENTS - 1 {
            std::thread::yield_now();
        }
        upstream.set(|held| held.allowed = u64::MAX);
        for client in clients {
            assert_eq!(client.join().unwrap(), 7);
        }
    });
    assert_eq!(upstream.requests(), cost);
}

#[test]
fn blocks_as_stored_spare_requests_when_none_is_kept_decoded() {
    let (upstream, url) = Upstream::start(flat(7));
    let path = tile_path(&encode(&format!("{url}/flat.tif")), 350.0, 300.0);
    let server = Server::start(["--allow-url", &url, "--cache-mb", "0"]);
    assert_eq!(value(&server.get(&path)), 7);
    let cost = upstream.requests();
    assert_eq!(value(&server.get(&path)), 7);
    assert_eq!(upstream.requests(), cost);
    assert_eq!(metric(&server, "cache_entries", "decoded_blocks"), 0);
    let stored = metric(&server, "cache_bytes", "stored_blocks");
    assert!(stored > 0 && stored <= metric(&server, "cache_capacity_bytes", "stored_blocks"));
    assert_eq!(metric(&server, "cache_entries", "remote_files"), 1);
}

#[test]
fn a_remote_file_replaced_at_any_request_costs_the_client_nothing() {
    let (old, new) = (flat(7), flat(9));
    let mut refused = 0;
    for swap in 1..=6 {
        let (upstream, url) = Upstream::start(old.clone());
        upstream.set(|held| held.swap = Some((swap, new.clone())));
        let server = Server::start(["--allow-url", &url, "--source-ttl", "1000000"]);
        let source = encode(&format!("{url}/flat.tif"));
        let mut seen = Vec::new();
        let mut tags = Vec::new();
        // Four tiles of blocks of their own, none of which the first brings along.
        for (col, row) in [(20.0, 20.0), (650.0, 20.0), (20.0, 550.0), (650.0, 550.0)] {
            let answer = server.get(&tile_path(&source, col, row));
            seen.push(value(&answer));
            tags.push(answer.header("etag").unwrap().to_owned());
        }
        assert!(seen.is_sorted(), "never back: {seen:?}");
        assert!(seen.iter().all(|value| [7, 9].contains(value)), "{seen:?}");
        refused += upstream.set(|held| held.refused);
        // The tag is that of the version that was drawn.
        let tile = tile_path(&source, 20.0, 20.0);
        let now = server.get(&tile);
        let same = now.header("etag") == Some(&tags[0]);
        assert_eq!(same, value(&now) == seen[0], "{swap}");
    }
    assert!(refused >= 2, "the version was asked for {refused} times");
}

#[test]
fn a_file_that_keeps_being_replaced_is_said_to_be_so() {
    let (upstream, url) = Upstream::start(flat(7));
    let server = Server::start(["--allow-url", &url]);
    upstream.set(|held| held.restless = true);
    let path = tile_path(&encode(&format!("{url}/flat.tif")), 350.0, 300.0);
    let answer = server.get(&path);
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert!(answer.detail().contains("replaced"), "{}", answer.detail());
    // Not kept: when it holds still, all is well.
    upstream.set(|held| held.restless = false);
    assert_eq!(value(&server.get(&path)), 7);
}

#[test]
fn a_local_file_replaced_or_written_over_is_read_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("flat.tif");
    std::fs::write(&path, flat(7)).unwrap();
    let server = Server::start([dir.path()]);
    let tile = tile_path("flat", 350.0, 300.0);
    let first = server.get(&tile);
    assert_eq!(value(&first), 7);
    std::fs::write(dir.path().join("other"), flat(9)).unwrap();
    std::fs::rename(dir.path().join("other"), &path).unwrap();
    let second = server.get(&tile);
    assert_eq!(value(&second), 9);
    assert_ne!(first.header("etag"), second.header("etag"));
    std::fs::write(&path, flat(11)).unwrap();
    assert_eq!(value(&server.get(&tile)), 11);
    assert_eq!(metric(&server, "cache_entries", "local_files"), 1);
}

#[test]
fn more_files_than_may_be_open_are_served_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..20 {
        std::fs::write(dir.path().join(format!("{i}.tif")), flat(i)).unwrap();
    }
    let server = Server::start(["--open-files", "4", dir.path().to_str().unwrap()]);
    for i in 0..20 {
        let tile = tile_path(&i.to_string(), 350.0, 300.0);
        assert_eq!(value(&server.get(&tile)), i);
        assert!(metric(&server, "cache_entries", "local_files") <= 4);
    }
}

#[test]
fn a_client_that_does_not_end_its_request_is_cut_off() {
    let server = Server::start(["--client-timeout", "1"]);
    let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(!answer.contains("200 OK"), "{answer}");
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_store_that_never_answers_is_given_up() {
    let (upstream, url) = Upstream::start(flat(7));
    upstream.set(|held| held.allowed = 0);
    let server = Server::start(["--allow-url", &url, "--read-timeout", "1"]);
    let source = encode(&format!("{url}/flat.tif"));
    let answer = server.get(&format!("/cog/info?url={source}"));
    assert_eq!(answer.status, 502, "{}", answer.detail());
    assert!(answer.detail().contains("within 1s"), "{}", answer.detail());
    assert!(answer.detail().contains(&url));
}
