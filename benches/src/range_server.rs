//! A server of byte ranges, as small as HTTP allows, that counts what it is asked.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Serves one file over HTTP/1.1 on a free port of the loopback interface, with
/// ranges and keep-alive. The threads end with the process.
#[derive(Debug)]
pub struct RangeServer {
    address: SocketAddr,
    requests: Arc<AtomicU64>,
    bytes: Arc<AtomicU64>,
}

impl RangeServer {
    /// Starts to serve `file` at any path.
    ///
    /// # Errors
    ///
    /// If no port can be had.
    pub fn start(file: Vec<u8>) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let server = Self {
            address: listener.local_addr()?,
            requests: Arc::default(),
            bytes: Arc::default(),
        };
        let (file, requests, bytes) = (
            Arc::new(file),
            Arc::clone(&server.requests),
            Arc::clone(&server.bytes),
        );
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (file, requests, bytes) =
                    (Arc::clone(&file), Arc::clone(&requests), Arc::clone(&bytes));
                // A client that goes away ends its connection's thread; nothing is lost.
                std::thread::spawn(move || serve(&stream, &file, &requests, &bytes));
            }
        });
        Ok(server)
    }

    /// The file's URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/sample.tif", self.address)
    }

    /// Requests answered so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Body bytes sent so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

fn serve(stream: &TcpStream, file: &[u8], requests: &AtomicU64, bytes: &AtomicU64) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    loop {
        let mut range = None;
        let mut line = String::new();
        let mut first = true;
        loop {
            line.clear();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let lower = line.trim_end().to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("range: bytes=") {
                let (from, to) = value.split_once('-')?;
                range = Some((from.parse::<usize>().ok()?, to.parse::<usize>().ok()?));
            }
            if lower.is_empty() && !first {
                break;
            }
            first = false;
        }
        let total = file.len();
        let (status, from, end) = match range {
            Some((from, to)) if from < total => ("206 Partial Content", from, (to + 1).min(total)),
            Some(_) => ("416 Range Not Satisfiable", 0, 0),
            None => ("200 OK", 0, total),
        };
        let body = &file[from..end];
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nContent-Range: bytes {from}-{}/{total}\r\n\
             Accept-Ranges: bytes\r\nETag: \"1\"\r\nLast-Modified: Fri, 20 Nov 2026 00:00:00 GMT\r\n\r\n",
            body.len(),
            end.saturating_sub(1)
        );
        writer.write_all(head.as_bytes()).ok()?;
        writer.write_all(body).ok()?;
        requests.fetch_add(1, Ordering::Relaxed);
        bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
    }
}
