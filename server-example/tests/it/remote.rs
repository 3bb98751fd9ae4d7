//! Sources behind HTTP: what they cost, and what their servers' answers become.

use crate::{
    files,
    server::{Server, encode, smalti, stderr},
};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A small web server with one good file and several bad manners.
struct Upstream {
    url: String,
    requests: Arc<AtomicUsize>,
}

impl Upstream {
    fn start(file: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        let file = Arc::new(file);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (file, counter) = (Arc::clone(&file), Arc::clone(&counter));
                std::thread::spawn(move || answer_all(stream, &file, &counter));
            }
        });
        Self { url, requests }
    }
}

fn answer_all(stream: TcpStream, file: &[u8], counter: &AtomicUsize) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut stream = stream;
    while let Some(Ok(first)) = lines.next() {
        let mut range = None;
        for line in lines
            .by_ref()
            .map_while(Result::ok)
            .take_while(|l| !l.is_empty())
        {
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
                let (start, end) = value.split_once('-').unwrap();
                range = Some((
                    start.parse::<usize>().unwrap(),
                    end.parse::<usize>().unwrap(),
                ));
            }
        }
        counter.fetch_add(1, Ordering::SeqCst);
        let path = first.split(' ').nth(1).unwrap_or_default();
        let (status, headers, body) = answer(path, range, file);
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n",
            body.len()
        );
        if stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(&body))
            .is_err()
        {
            return;
        }
    }
}

fn answer(
    path: &str,
    range: Option<(usize, usize)>,
    file: &[u8],
) -> (&'static str, String, Vec<u8>) {
    match path.split('?').next().unwrap_or_default() {
        "/good.tif" | "/signed.tif" => {
            if path.starts_with("/signed.tif") && !path.ends_with("?key=a%2Fb") {
                return ("403 Forbidden", String::new(), b"no key".to_vec());
            }
            let (start, end) = range.unwrap_or((0, file.len() - 1));
            if start >= file.len() {
                let headers = format!("Content-Range: bytes */{}\r\n", file.len());
                return ("416 Range Not Satisfiable", headers, Vec::new());
            }
            let end = end.min(file.len() - 1);
            let headers = format!(
                "Content-Range: bytes {start}-{end}/{}\r\nETag: \"v1\"\r\n",
                file.len()
            );
            ("206 Partial Content", headers, file[start..=end].to_vec())
        }
        "/page.tif" => {
            let page = b"<html>Please log in</html>".to_vec();
            (
                "206 Partial Content",
                format!(
                    "Content-Range: bytes 0-{}/{}\r\n",
                    page.len() - 1,
                    page.len()
                ),
                page,
            )
        }
        "/denied.tif" => ("403 Forbidden", String::new(), b"no".to_vec()),
        "/login.tif" => ("401 Unauthorized", String::new(), b"who?".to_vec()),
        "/broken.tif" => ("500 Internal Server Error", String::new(), b"oops".to_vec()),
        "/metadata.tif" => (
            "302 Found",
            "Location: http://169.254.169.254/a.tif\r\n".into(),
            Vec::new(),
        ),
        "/file.tif" => (
            "302 Found",
            "Location: file:///etc/passwd\r\n".into(),
            Vec::new(),
        ),
        "/loop.tif" => ("302 Found", "Location: /loop.tif\r\n".into(), Vec::new()),
        "/moved.tif" => ("302 Found", "Location: /good.tif\r\n".into(), Vec::new()),
        _ => ("404 Not Found", String::new(), b"nothing".to_vec()),
    }
}

fn good_file() -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::read(files::dem(dir.path())).unwrap()
}

#[test]
fn a_cold_tile_costs_at_most_three_requests_and_a_warm_one_none() {
    let upstream = Upstream::start(good_file());
    // What is kept here are blocks, not pictures.
    let server = Server::start(["--allow-url", &upstream.url, "--picture-cache-mb", "0"]);
    let (z, x, y) = files::tile(350.0, 300.0, 12);
    let url = encode(&format!("{}/good.tif", upstream.url));
    let path = format!("/cog/tiles/WebMercatorQuad/{z}/{x}/{y}.png?url={url}&bidx=1&rescale=0,700");
    let cold = server.get(&path);
    assert_eq!(cold.status, 200, "{}", String::from_utf8_lossy(&cold.body));
    let made = upstream.requests.load(Ordering::SeqCst);
    assert!((1..=3).contains(&made), "{made} requests");
    let warm = server.get(&path);
    assert_eq!(upstream.requests.load(Ordering::SeqCst), made);
    assert!(
        warm.header("server-timing")
            .unwrap()
            .contains("requests;desc=\"0\"")
    );
    assert_eq!(warm.body, cold.body);
    // The tag comes from the upstream's.
    let tag = cold.header("etag").unwrap();
    assert_eq!(
        server.get_with(&path, &[("if-none-match", tag)]).status,
        304
    );
}

#[test]
fn the_upstreams_answers_become_fitting_statuses() {
    let upstream = Upstream::start(good_file());
    let server = Server::start(["--allow-url", &upstream.url]);
    // A port on which nobody listens.
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let nobody = Server::start(["--allow-url", &format!("http://{free}")]);
    for (path, status, exit) in [
        ("/good.tif", 200, 0),
        ("/signed.tif?key=a%2Fb", 200, 0),
        ("/signed.tif", 403, 1),
        ("/moved.tif", 200, 0),
        ("/missing.tif", 404, 1),
        ("/denied.tif", 403, 1),
        ("/login.tif", 403, 1),
        ("/page.tif", 422, 1),
        ("/broken.tif", 502, 1),
    ] {
        let url = format!("{}{path}", upstream.url);
        let answer = server.get(&format!("/cog/info?url={}", encode(&url)));
        let body = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, status, "{path}: {body}");
        if status != 200 {
            assert!(
                body.contains(&upstream.url),
                "the message names the place: {body}"
            );
        }
        let output = smalti(["info", &url]);
        assert_eq!(
            output.status.code(),
            Some(exit),
            "{path}: {}",
            stderr(&output)
        );
    }
    let unreachable = nobody.get(&format!(
        "/cog/info?url={}",
        encode(&format!("http://{free}/a.tif"))
    ));
    assert_eq!(unreachable.status, 502, "{}", unreachable.detail());
    let output = smalti(["info", &format!("http://{free}/a.tif")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains(&free.to_string()));
}

#[test]
fn redirects_do_not_lead_into_the_house() {
    let upstream = Upstream::start(good_file());
    let server = Server::start(["--allow-url", &upstream.url]);
    for path in ["/metadata.tif", "/file.tif", "/loop.tif"] {
        let url = encode(&format!("{}{path}", upstream.url));
        let answer = server.get(&format!("/cog/info?url={url}"));
        assert!(
            matches!(answer.status, 403 | 502),
            "{path}: {} {}",
            answer.status,
            answer.detail()
        );
        assert!(!answer.detail().contains("root:"), "{}", answer.detail());
    }
    // Without the flag not even the first step is taken.
    let before = upstream.requests.load(Ordering::SeqCst);
    let strict = Server::start(["--max-age", "60"]);
    let url = encode(&format!("{}/good.tif", upstream.url));
    assert_eq!(strict.get(&format!("/cog/info?url={url}")).status, 403);
    assert_eq!(upstream.requests.load(Ordering::SeqCst), before);
}

#[test]
fn a_served_url_is_a_layer_although_its_host_is_private() {
    let upstream = Upstream::start(good_file());
    let good = format!("{}/good.tif", upstream.url);
    let server = Server::start([&good]);
    let layers = server.get("/layers").json();
    assert_eq!(layers["layers"][0]["id"], "good");
    assert_eq!(layers["layers"][0]["url"], good);
    assert_eq!(server.get("/cog/info?url=good").status, 200);
    let other = encode(&format!("{}/moved.tif", upstream.url));
    assert_eq!(server.get(&format!("/cog/info?url={other}")).status, 403);
}
